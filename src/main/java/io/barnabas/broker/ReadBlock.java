package io.barnabas.broker;

import static java.util.Objects.requireNonNull;

import io.barnabas.log.ReadMemory;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Memory for one read, with room before it for what a protocol puts in front of the batches.
 *
 * <pre>
 *   -ROOM_BYTES            0                            bytes
 *   | a protocol's headers | batches, as they were read |
 * </pre>
 *
 * <p>It goes from hand to hand: who asked for the read has it first, whoever writes the bytes to a connection last, and
 * closes it. Only who knows that nobody looks at the bytes any more may do that; after a failure nobody does, and it is
 * left to the collector. Not thread-safe but for {@link #close}: the hands follow one another.
 */
public final class ReadBlock implements ReadMemory, AutoCloseable {
    /** Before the batches. */
    public static final int ROOM_BYTES = 512;

    private final ReadBlocks blocks;

    /** Null before a read took it and after it was given back; taken out by one alone, so it is given back once. */
    private final AtomicReference<byte[]> array = new AtomicReference<>();

    ReadBlock(ReadBlocks blocks) {
        this.blocks = requireNonNull(blocks, "blocks");
    }

    @Override
    public ByteBuffer take(int bytes) {
        byte[] present = array.get();
        if (present == null || present.length < ROOM_BYTES + bytes) {
            present = blocks.lend(bytes);
            array.set(present);
        }
        return ByteBuffer.wrap(present, ROOM_BYTES, bytes).slice();
    }

    /** Whether a read put its batches here. */
    public boolean taken() {
        return array.get() != null;
    }

    /**
     * A stretch of the memory.
     *
     * @param from where it begins, at least {@code -ROOM_BYTES}
     * @param to exclusive
     * @return writable, with its array
     * @throws IllegalStateException when no read took it, or it is closed
     */
    public ByteBuffer bytes(int from, int to) {
        byte[] present = array.get();
        if (present == null) {
            throw new IllegalStateException("there is no memory here: no read took it, or it was given back");
        }
        return ByteBuffer.wrap(present, ROOM_BYTES + from, to - from).slice();
    }

    /** Gives the memory back. Idempotent. */
    @Override
    public void close() {
        byte[] present = array.getAndSet(null);
        if (present != null) {
            blocks.giveBack(present);
        }
    }
}
