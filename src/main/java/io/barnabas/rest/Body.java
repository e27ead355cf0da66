package io.barnabas.rest;

import io.barnabas.broker.ReadBlock;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * An answer's bytes, complete before the first is written, so that the length is known. Written by {@link BodyWriter}.
 *
 * @param pieces written one after the other, from position to limit, which are not moved
 * @param handOver hears whether the bytes went out
 */
record Body(List<ByteBuffer> pieces, HandOver handOver) {
    /** What the socket does not take at once of a write the server copies, so a write is not the whole answer. */
    private static final int WRITE_BYTES = 128 * 1024;

    private static final HandOver NOBODY = new HandOver() {
        @Override
        public void done() {}

        @Override
        public void lost() {}
    };

    Body {
        pieces = List.copyOf(pieces);
    }

    static Body of(byte[] bytes) {
        return new Body(List.of(ByteBuffer.wrap(bytes)), NOBODY);
    }

    static Body of(ByteBuffer bytes) {
        return new Body(List.of(bytes), NOBODY);
    }

    static Body of(ByteBuffer bytes, HandOver handOver) {
        return new Body(List.of(bytes), handOver);
    }

    /**
     * Batches that a read may have put into lent memory, which is given back when they were written; when they were not
     * it is left to the collector.
     */
    static Body of(ByteBuffer batches, ReadBlock block) {
        if (!block.taken()) {
            return of(batches);
        }
        return new Body(List.of(block.bytes(0, batches.remaining())), new HandOver() {
            @Override
            public void done() {
                block.close();
            }

            @Override
            public void lost() {}
        });
    }

    long length() {
        return pieces.stream().mapToLong(ByteBuffer::remaining).sum();
    }

    /** Gives the bytes to the connection, which may block; whoever calls tells {@link #handOver}. */
    void writeTo(OutputStream output) throws IOException {
        for (ByteBuffer piece : pieces) {
            write(piece, output);
        }
    }

    private static void write(ByteBuffer piece, OutputStream output) throws IOException {
        int end = piece.limit();
        byte[] copy = piece.hasArray() ? null : new byte[Math.min(piece.remaining(), WRITE_BYTES)];
        for (int at = piece.position(); at < end; at += WRITE_BYTES) {
            int count = Math.min(end - at, WRITE_BYTES);
            if (copy == null) {
                output.write(piece.array(), piece.arrayOffset() + at, count);
            } else {
                piece.get(at, copy, 0, count);
                output.write(copy, 0, count);
            }
        }
    }

    /** Hears, once, what became of an answer. */
    interface HandOver {
        /** The bytes were given to the connection. */
        void done();

        /** The connection did not take them all. */
        void lost();
    }
}
