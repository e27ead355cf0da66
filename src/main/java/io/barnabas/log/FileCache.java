package io.barnabas.log;

import io.barnabas.log.LogFiles.LogFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Keeps at most a given number of files open, least recently used first out. Thread-safe.
 *
 * <p>A file with unforced writes is pinned: closing it between write and force could lose the kernel's report of a
 * failed write-back. When nothing else can be closed the oldest of these is forced first.
 */
final class FileCache {
    private final LogFiles files;
    private final int openFiles;

    /** Hears of a force that failed here: who happens to open another file is not concerned. */
    private final BiConsumer<Path, IOException> forceFailed;

    /** Open ones, least recently used first. Guarded by this, as are the mutable fields of its entries. */
    private final Set<CachedFile> open = new LinkedHashSet<>();

    FileCache(LogFiles files, int openFiles, BiConsumer<Path, IOException> forceFailed) {
        this.files = files;
        this.openFiles = openFiles;
        this.forceFailed = forceFailed;
    }

    LogFiles files() {
        return files;
    }

    CachedFile file(Path path, boolean create) {
        return new CachedFile(this, path, create);
    }

    /** A lock and not a concurrent map: recency, use counts and open files change together, in well under 1 us. */
    synchronized LogFile acquire(CachedFile file) throws IOException {
        if (file.retired && file.opened == null) {
            throw new RetiredFileException(file.path);
        }
        if (file.opened == null) {
            evict();
            file.opened = files.open(file.path, file.create);
            open.add(file);
        } else if (open.size() > openFiles / 2) {
            open.remove(file);
            open.add(file);
        }
        file.users++;
        return file.opened;
    }

    synchronized void release(CachedFile file) throws IOException {
        file.users--;
        if (file.retired && file.users == 0) {
            shut(file);
        }
    }

    synchronized void pin(CachedFile file, boolean pinned) {
        file.pinned = pinned;
    }

    /** Nobody new may use it; it is closed when the last user is done. Its path may be reused at once. */
    synchronized void retire(CachedFile file) throws IOException {
        file.retired = true;
        if (file.users == 0) {
            shut(file);
        }
    }

    private void evict() throws IOException {
        evict(false);
        evict(true);
    }

    private void evict(boolean pinned) throws IOException {
        Iterator<CachedFile> oldest = open.iterator();
        while (open.size() >= openFiles && oldest.hasNext()) {
            CachedFile candidate = oldest.next();
            if (candidate.users == 0 && (pinned || !candidate.pinned)) {
                oldest.remove();
                LogFile closing = candidate.opened;
                candidate.opened = null;
                close(candidate, closing);
            }
        }
    }

    /** Under the lock, because nobody may open it in between: all wait, which is better than a file too many. */
    private void close(CachedFile candidate, LogFile closing) throws IOException {
        if (candidate.pinned) {
            try {
                closing.force();
            } catch (IOException e) {
                forceFailed.accept(candidate.path, e);
            }
        }
        closing.close();
    }

    private void shut(CachedFile file) throws IOException {
        open.remove(file);
        LogFile closing = file.opened;
        file.opened = null;
        if (closing != null) {
            closing.close();
        }
    }

    /** The file was replaced or removed; look the segment up again. */
    static final class RetiredFileException extends IOException {
        private static final long serialVersionUID = 1L;

        RetiredFileException(Path path) {
            super("file is no longer part of the log: " + path.getFileName());
        }
    }
}
