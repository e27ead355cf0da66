package io.barnabas.load;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The records of one request and what is needed to answer for each of them. Confined to the lane's thread.
 *
 * <p>{@code open -> (full or lingered) -> sent -> answered}
 */
final class Parcel {
    /** Where the records of a request may lie in any partition. */
    static final int ANY_PARTITION = -1;

    private final int partition;
    private final Encoding encoding;
    private final Target.Acknowledgements acknowledgements;
    private final long openedNanos;
    private int[] sequences = new int[64];
    private int[] partitions = new int[64];
    private long[] intendedNanos = new long[64];
    private int count;

    /** An empty one, for records of {@code partition} or of any. */
    Parcel(int partition, Encoding encoding, Target.Acknowledgements acknowledgements, long openedNanos) {
        this.partition = partition;
        this.encoding = encoding;
        this.acknowledgements = acknowledgements;
        this.openedNanos = openedNanos;
    }

    int partition() {
        return partition;
    }

    int count() {
        return count;
    }

    long openedNanos() {
        return openedNanos;
    }

    void add(int recordPartition, byte[] key, byte[] value, int sequence, long intended) {
        if (count == sequences.length) {
            sequences = Arrays.copyOf(sequences, count * 2);
            partitions = Arrays.copyOf(partitions, count * 2);
            intendedNanos = Arrays.copyOf(intendedNanos, count * 2);
        }
        sequences[count] = sequence;
        partitions[count] = recordPartition;
        intendedNanos[count] = intended;
        count++;
        encoding.add(recordPartition, key, value);
    }

    boolean full() {
        return encoding.full();
    }

    /** The request's body; once. */
    ByteBuffer body() {
        return encoding.finish();
    }

    void stored(int index, long offset) {
        acknowledgements.stored(sequences[index], intendedNanos[index], partitions[index], offset);
    }

    /** All records lie one behind the other from this offset on; or somewhere, for {@code NO_OFFSET}. */
    void allStored(long firstOffset) {
        boolean known = firstOffset != Target.Acknowledgements.NO_OFFSET;
        for (int i = 0; i < count; i++) {
            stored(i, known ? firstOffset + i : firstOffset);
        }
    }

    void refused(int index, String reason) {
        acknowledgements.refused(sequences[index], reason);
    }

    void allRefused(String reason) {
        for (int i = 0; i < count; i++) {
            refused(i, reason);
        }
    }
}
