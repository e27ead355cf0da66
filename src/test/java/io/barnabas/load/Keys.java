package io.barnabas.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.barnabas.record.KeyPartitioner;
import java.util.Arrays;

/**
 * The keys of a workload, made once: JSON strings such as {@code "k17"}, taken in turn by sequence. With no keys, records
 * have none. A keyed record goes to its key's partition by Kafka's rule, any other to the partitions in turn: either way
 * it is the client that names the partition, so that every target gets the same records in the same places. Thread-safe.
 */
final class Keys {
    static final int MAX_COUNT = 1_000_000;

    private final byte[][] keys;
    private final int[] partitions;
    private final int partitionCount;

    Keys(int count, int partitionCount) {
        if (count < 0 || count > MAX_COUNT) {
            throw new IllegalArgumentException("keys must be 0 to " + MAX_COUNT + ", got " + count);
        }
        this.partitionCount = partitionCount;
        keys = new byte[count][];
        partitions = new int[count];
        for (int i = 0; i < count; i++) {
            keys[i] = ("\"k" + i + "\"").getBytes(US_ASCII);
            partitions[i] = KeyPartitioner.partition(keys[i], partitionCount);
        }
    }

    /** The key of a producer's record, or null. */
    byte[] key(int sequence) {
        return keys.length == 0 ? null : keys[sequence % keys.length];
    }

    int partition(int producer, int sequence) {
        if (keys.length > 0) {
            return partitions[sequence % keys.length];
        }
        return (int) (((long) producer + sequence) % partitionCount);
    }

    /** Whether these bytes are the key of that record; a length of -1 is no key. */
    boolean matches(int sequence, byte[] bytes, int at, int length) {
        byte[] key = key(sequence);
        if (key == null || length < 0) {
            return key == null && length < 0;
        }
        return Arrays.equals(key, 0, key.length, bytes, at, at + length);
    }
}
