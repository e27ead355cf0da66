package io.barnabas.log;

import io.barnabas.log.LogFiles.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A file that is opened when it is used and may be closed by its {@link FileCache} in between. Thread-safe. */
final class CachedFile {
    private final FileCache cache;
    final Path path;
    final boolean create;

    /** Guarded by the cache, as the next three. */
    LogFile opened;

    int users;
    boolean pinned;
    boolean retired;

    CachedFile(FileCache cache, Path path, boolean create) {
        this.cache = cache;
        this.path = path;
        this.create = create;
    }

    LogFiles files() {
        return cache.files();
    }

    int read(ByteBuffer into, long position) throws IOException {
        LogFile file = cache.acquire(this);
        try {
            return file.read(into, position);
        } finally {
            cache.release(this);
        }
    }

    void write(ByteBuffer[] from, long position) throws IOException {
        LogFile file = cache.acquire(this);
        try {
            file.write(from, position);
        } finally {
            cache.release(this);
        }
    }

    long size() throws IOException {
        LogFile file = cache.acquire(this);
        try {
            return file.size();
        } finally {
            cache.release(this);
        }
    }

    void truncate(long size) throws IOException {
        LogFile file = cache.acquire(this);
        try {
            file.truncate(size);
        } finally {
            cache.release(this);
        }
    }

    void force() throws IOException {
        LogFile file = cache.acquire(this);
        try {
            file.force();
        } finally {
            cache.release(this);
        }
    }

    /** Pinned while it has writes that were not forced. */
    void pin(boolean pin) {
        cache.pin(this, pin);
    }

    /** Opens it and keeps it open until {@link #letGo}. */
    void hold() throws IOException {
        cache.acquire(this);
    }

    void letGo() throws IOException {
        cache.release(this);
    }

    void retire() throws IOException {
        cache.retire(this);
    }
}
