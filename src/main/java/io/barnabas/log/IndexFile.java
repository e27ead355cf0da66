package io.barnabas.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A file of equally long entries of which the newest are still in memory. Entries only grow at the end. Thread-safe:
 * one lock, because readers look up while the writer appends; it is held for microseconds.
 *
 * <p>An index can always be rebuilt from its segment. So a failed write of entries does not fail an append: they stay in
 * memory and go out with the next flush.
 */
final class IndexFile {
    private static final int FLUSH_BYTES = 4096;

    private final CachedFile file;
    private final int entryBytes;
    /** Entries in the file; -1 before it was looked at. */
    private int stored = -1;

    private byte[] tail = new byte[0];
    private int tailBytes;

    IndexFile(CachedFile file, int entryBytes) {
        this.file = file;
        this.entryBytes = entryBytes;
    }

    CachedFile file() {
        return file;
    }

    /** Whether the file's length can be that of whole entries. */
    synchronized boolean wholeEntries() throws IOException {
        return file.size() % entryBytes == 0;
    }

    synchronized int count() throws IOException {
        if (stored < 0) {
            stored = (int) (file.size() / entryBytes);
        }
        return stored + tailBytes / entryBytes;
    }

    synchronized ByteBuffer entry(int index) throws IOException {
        int count = count();
        if (index < 0 || index >= count) {
            throw new IOException("index entry " + index + " of " + count + " in " + file.path.getFileName());
        }
        if (index >= stored) {
            return ByteBuffer.wrap(tail, (index - stored) * entryBytes, entryBytes)
                    .slice();
        }
        ByteBuffer entry = ByteBuffer.allocate(entryBytes);
        if (file.read(entry, (long) index * entryBytes) < entryBytes) {
            throw new IOException("index ends early: " + file.path.getFileName());
        }
        return entry.flip();
    }

    /** All entries at once, for a check. */
    synchronized ByteBuffer all() throws IOException {
        ByteBuffer all = ByteBuffer.allocate(count() * entryBytes);
        ByteBuffer inFile = all.slice(0, stored * entryBytes);
        if (file.read(inFile, 0) < inFile.capacity()) {
            throw new IOException("index ends early: " + file.path.getFileName());
        }
        all.position(stored * entryBytes).put(tail, 0, tailBytes).flip();
        return all;
    }

    synchronized void append(ByteBuffer entry) throws IOException {
        count();
        if (tail.length < tailBytes + entryBytes) {
            tail = Arrays.copyOf(tail, Math.max(4 * entryBytes, tail.length * 2));
        }
        entry.get(tail, tailBytes, entryBytes);
        tailBytes += entryBytes;
        if (tailBytes % FLUSH_BYTES < entryBytes && tailBytes >= FLUSH_BYTES) {
            try {
                flush();
            } catch (IOException e) {
                // Kept in memory; the next flush, at the latest the checkpoint's, reports what is still wrong.
                stored = Math.max(stored, 0);
            }
        }
    }

    synchronized void truncate(int entries) throws IOException {
        int count = count();
        if (entries >= count) {
            return;
        }
        tailBytes = Math.max(0, (entries - stored) * entryBytes);
        if (entries < stored) {
            file.truncate((long) entries * entryBytes);
            stored = entries;
        }
    }

    synchronized void clear() throws IOException {
        file.truncate(0);
        stored = 0;
        tailBytes = 0;
    }

    synchronized void flush() throws IOException {
        if (tailBytes == 0) {
            return;
        }
        count();
        file.write(new ByteBuffer[] {ByteBuffer.wrap(tail, 0, tailBytes)}, (long) stored * entryBytes);
        stored += tailBytes / entryBytes;
        tailBytes = 0;
        tail = new byte[0];
    }
}
