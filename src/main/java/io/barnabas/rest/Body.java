package io.barnabas.rest;

import io.barnabas.broker.ReadBlock;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * An answer's bytes, complete before the first is written, so that the length is known. Written by {@link BodyWriter}.
 *
 * @param pieces written one after the other, from position to limit, which are not moved
 * @param handOver hears whether the bytes went out
 */
record Body(List<ByteBuffer> pieces, HandOver handOver) {
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

    /** Hears, once, what became of an answer. */
    interface HandOver {
        /** The bytes were given to the connection. */
        void done();

        /** The connection did not take them all. */
        void lost();
    }
}
