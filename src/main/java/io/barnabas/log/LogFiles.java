package io.barnabas.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * All that the embedded engine asks of a file system, so that a faulting or a recording one can be put in its place.
 * Thread-safe. Nothing here is memory-mapped: a fault arrives as an {@link IOException}, never as a signal.
 */
public interface LogFiles {
    /**
     * Opens a file for reading and writing.
     *
     * @param create makes it when it is missing; otherwise a missing file is a {@link
     *     java.nio.file.NoSuchFileException}
     */
    LogFile open(Path path, boolean create) throws IOException;

    boolean exists(Path path);

    /** What lies directly in a folder, sorted by name; empty when the folder is missing. */
    List<Path> list(Path folder) throws IOException;

    /** Makes a folder and its parents; one that is there is fine. */
    void createFolders(Path folder) throws IOException;

    /** Renames atomically, replacing what is there. Durable only after {@link #forceFolder}. */
    void rename(Path from, Path to) throws IOException;

    /** Removes a file or an empty folder; a missing one is fine. */
    void delete(Path path) throws IOException;

    /** Makes creations, renames and deletions in a folder durable. */
    void forceFolder(Path folder) throws IOException;

    long lastModifiedMs(Path path) throws IOException;

    /** Bytes that can still be written to the file system that holds {@code path}. */
    long usableBytes(Path path) throws IOException;

    /** An open file. Reads may run beside each other and beside one writer. */
    interface LogFile extends Closeable {
        /** Reads at a position until the buffer is full or the file ends; answers the bytes read, 0 at the end. */
        int read(ByteBuffer into, long position) throws IOException;

        /** Writes all remaining bytes of all buffers, one after another, from a position on. One writer at a time. */
        void write(ByteBuffer[] from, long position) throws IOException;

        long size() throws IOException;

        void truncate(long size) throws IOException;

        /** Makes content and length durable (fdatasync). A failure must not be tried again. */
        void force() throws IOException;
    }
}
