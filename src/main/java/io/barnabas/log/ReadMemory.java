package io.barnabas.log;

import java.nio.ByteBuffer;

/**
 * Where a read puts the batches that it finds. For those who read much and use one array for read after read: a new one
 * would be cleared before it is filled, and large ones are dear to collect.
 */
public interface ReadMemory {
    /** A new array for each read, which belongs to whoever gets the answer. */
    ReadMemory FRESH = ByteBuffer::allocate;

    /**
     * Room for one read, called on the thread that reads. What was taken before is given up: a read that has to begin
     * anew takes again. The batches of the answer lie in it from its position on.
     *
     * @return writable, with an array, from 0 to {@code bytes}
     */
    ByteBuffer take(int bytes);
}
