package io.barnabas.log;

import io.barnabas.log.LogFiles.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The segments that a journal tells of, a bounded number of them open at a time. Confined to the thread that replays.
 *
 * <p>One that bytes were written to is forced before it is closed: closing it in between could lose the kernel's report
 * of a failed write-back.
 */
final class ReplayedSegments {
    private final LogFiles files;
    private final int openMost;

    /** The one used last is the last. */
    private final Map<Path, Opened> open = new LinkedHashMap<>();

    private final Set<Path> seen = new LinkedHashSet<>();

    /** Used for comparison after comparison, and grown. */
    private ByteBuffer there = ByteBuffer.allocateDirect(0);

    private static final class Opened {
        private final LogFile file;
        private boolean written;

        Opened(LogFile file) {
            this.file = file;
        }
    }

    ReplayedSegments(LogFiles files, int openMost) {
        this.files = files;
        this.openMost = openMost;
    }

    /** All that were looked at. */
    Set<Path> seen() {
        return seen;
    }

    /** Redo by place: writes the bytes where they were unless they are there already. */
    void restore(Path path, long position, ByteBuffer bytes) throws IOException {
        Opened segment = open(path);
        if (there.capacity() < bytes.remaining()) {
            there = ByteBuffer.allocateDirect(
                    Math.max(bytes.remaining(), (int) Math.min(Integer.MAX_VALUE - 8, 2L * there.capacity())));
        }
        ByteBuffer found = there.duplicate().clear().limit(bytes.remaining());
        segment.file.read(found, position);
        if (!found.flip().equals(bytes)) {
            segment.written = true;
            segment.file.write(new ByteBuffer[] {bytes.duplicate()}, position);
        }
    }

    private Opened open(Path path) throws IOException {
        Opened opened = open.remove(path);
        if (opened == null) {
            if (open.size() >= openMost) {
                Map.Entry<Path, Opened> oldest = open.entrySet().iterator().next();
                open.remove(oldest.getKey());
                close(oldest.getKey(), oldest.getValue());
            }
            opened = new Opened(files.open(path, true));
            seen.add(path);
        }
        open.put(path, opened);
        return opened;
    }

    private void close(Path path, Opened segment) throws IOException {
        try (LogFile closing = segment.file) {
            if (segment.written) {
                closing.force();
                files.forceFolder(path.getParent());
            }
        }
    }

    void close() throws IOException {
        for (Map.Entry<Path, Opened> each : open.entrySet()) {
            close(each.getKey(), each.getValue());
        }
        open.clear();
    }
}
