package io.barnabas.log.bookkeeper;

import java.nio.ByteBuffer;

/**
 * An entry as it was read from bookies.
 *
 * @param payload what follows the envelope, copied out of the client's memory
 */
record StoredEntry(long entryId, Envelope envelope, ByteBuffer payload) {
    /** The entry with which its batches begin. */
    long firstEntryId() {
        return entryId - envelope.part();
    }
}
