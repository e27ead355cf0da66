package io.barnabas.record;

/**
 * Which idempotent producer sends a batch, and the sequence of its first record; the records behind it have the next
 * ones, counted modulo 2^31. Ids come in two ranges:
 *
 * <pre>
 *   [0, 2^62)      producers, which are given their ids by the cluster
 *   [2^62, 2^63)   requests with an idempotency key, whose id is made of the key; never taken from a client
 * </pre>
 *
 * @param baseSequence of the batch's first record, at least 0
 */
public record ProducerSequence(long producerId, short producerEpoch, int baseSequence) {
    /** The largest id that a producer is given. */
    public static final long MAX_PRODUCER_ID = (1L << 62) - 1;

    public ProducerSequence {
        if (producerId < 0 || producerEpoch < 0 || baseSequence < 0) {
            throw new IllegalArgumentException("producer id, epoch and sequence must not be negative");
        }
    }

    /** That of a request with an idempotency key; only the lower 62 bits of {@code hash} count. */
    public static ProducerSequence ofKey(long hash, int baseSequence) {
        return new ProducerSequence((hash & MAX_PRODUCER_ID) | (MAX_PRODUCER_ID + 1), (short) 0, baseSequence);
    }

    /** Whether an id stands for an idempotency key. */
    public static boolean isKey(long producerId) {
        return producerId > MAX_PRODUCER_ID;
    }
}
