package io.barnabas.record;

/**
 * Which partition a key belongs to: MurmurHash2 of its bytes, made positive, modulo the number of partitions, as Kafka's
 * producers compute it, so that both put a key into the same partition. The hash is Austin Appleby's MurmurHash2 in the
 * 32-bit variant with seed 0x9747b28c. Stateless.
 */
public final class KeyPartitioner {
    private static final int SEED = 0x9747b28c;
    private static final int MULTIPLIER = 0x5bd1e995;
    private static final int SHIFT = 24;

    private KeyPartitioner() {}

    /** The partition of {@code key}, from 0 to {@code partitionCount} exclusive. */
    public static int partition(byte[] key, int partitionCount) {
        return partition(key, 0, key.length, partitionCount);
    }

    /** The same for a key that lies in {@code [at, at + length)}. */
    public static int partition(byte[] bytes, int at, int length, int partitionCount) {
        if (partitionCount < 1) {
            throw new IllegalArgumentException("a topic has at least one partition, got " + partitionCount);
        }
        return (murmur2(bytes, at, length) & Integer.MAX_VALUE) % partitionCount;
    }

    static int murmur2(byte[] bytes, int at, int length) {
        int hash = SEED ^ length;
        int next = at;
        int wholeEnd = at + (length & ~3);
        while (next < wholeEnd) {
            int word = littleEndian(bytes, next, 4) * MULTIPLIER;
            word = (word ^ (word >>> SHIFT)) * MULTIPLIER;
            hash = (hash * MULTIPLIER) ^ word;
            next += 4;
        }
        int rest = length & 3;
        if (rest > 0) {
            hash = (hash ^ littleEndian(bytes, next, rest)) * MULTIPLIER;
        }
        hash = (hash ^ (hash >>> 13)) * MULTIPLIER;
        return hash ^ (hash >>> 15);
    }

    private static int littleEndian(byte[] bytes, int at, int count) {
        int value = 0;
        for (int i = 0; i < count; i++) {
            value |= (bytes[at + i] & 0xff) << (8 * i);
        }
        return value;
    }
}
