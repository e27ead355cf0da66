package io.barnabas.log;

import io.barnabas.log.LogFiles.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts off what lies behind the end of a log that a crash has torn, where {@link LogScan} found it. A cut is on disk when
 * the call returns; bytes in which somebody's records may be are kept beside the log, in {@code .cut} files.
 */
final class TornEnd {
    private static final Logger LOG = LoggerFactory.getLogger(TornEnd.class);
    private static final int COPY_BYTES = 1 << 20;

    private final EngineContext context;
    private final LogId id;
    private final Path folder;
    private long cutBytes;

    TornEnd(EngineContext context, LogId id) {
        this.context = context;
        this.id = id;
        this.folder = PartitionFolder.of(context.dataDir(), id.partition());
    }

    /** What was cut so far. */
    long cutBytes() {
        return cutBytes;
    }

    /**
     * The cut is forced at once. If what was cut came back after another crash, whole batches of it could follow what will
     * have been appended here, and torn ones would end this segment, and with it the log, before a later segment that was
     * forced by itself.
     */
    void cut(Segment segment, long position, long fileBytes, long endOffset) throws IOException {
        if (BatchScan.findValid(segment.log(), position - 1, fileBytes, 0) >= 0) {
            keepCopy(segment, position, fileBytes);
        }
        LOG.warn(
                "Torn end of a log cut topic={} partition={} offset={} bytes={}",
                id.partition().topic(),
                id.partition().partition(),
                endOffset,
                fileBytes - position);
        cutBytes += fileBytes - position;
        segment.log().truncate(position);
        segment.force();
        context.files().forceFolder(folder);
        segment.unforced();
    }

    /** Batches behind a hole were never durable, but they are somebody's data: an operator may want to look. */
    private void keepCopy(Segment segment, long position, long fileBytes) throws IOException {
        Path path = folder.resolve(PartitionFolder.name(segment.baseOffset()) + "-" + position + ".cut");
        try (LogFile copy = context.files().open(path, true)) {
            ByteBuffer part = ByteBuffer.allocate((int) Math.min(COPY_BYTES, fileBytes - position));
            for (long at = position; at < fileBytes; at += part.limit()) {
                part.clear();
                segment.log().read(part, at);
                part.flip();
                if (!part.hasRemaining()) {
                    break;
                }
                copy.write(new ByteBuffer[] {part.duplicate()}, at - position);
            }
        } catch (IOException e) {
            LOG.warn("Cut bytes could not be kept file={}", path, e);
        }
    }

    /** Segments behind the end of the log hold nothing that anybody was told is durable. */
    void cutFrom(List<Segment> segments, int index) throws IOException {
        while (segments.size() > index) {
            Segment segment = segments.remove(segments.size() - 1);
            cutBytes += segment.sizeBytes();
            segment.retire();
            for (Path path : segment.paths()) {
                if (context.files().exists(path)) {
                    boolean keep = path.toString().endsWith(PartitionFolder.LOG) && segment.sizeBytes() > 0;
                    if (keep) {
                        context.files().rename(path, path.resolveSibling(path.getFileName() + ".cut"));
                    } else {
                        context.files().delete(path);
                    }
                }
            }
        }
        context.files().forceFolder(folder);
    }
}
