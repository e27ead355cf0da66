package io.barnabas.load;

import static java.util.Objects.requireNonNull;

import io.barnabas.record.Acks;
import io.barnabas.record.Compression;

/**
 * What one trial sends and reads.
 *
 * @param records of all producers together
 * @param recordBytes of each value
 * @param keys how many distinct keys; 0 is none
 * @param consumers who share the partitions, or each read all of them when {@code fanOut}
 * @param ratePerSecond of all producers together; 0 is flat out
 * @param together whether consumers run while producers do; otherwise they read everything afterwards
 * @param batching how records are put together
 * @param maxSeconds a trial that takes longer is ended and has failed
 */
record Workload(
        int records,
        int recordBytes,
        int keys,
        int partitions,
        int producers,
        int consumers,
        boolean fanOut,
        long ratePerSecond,
        Acks acks,
        boolean together,
        Batching batching,
        int maxSeconds) {
    static final int MAX_RECORDS = 500_000_000;
    static final int MAX_PARTITIONS = 10_000;
    static final int MAX_CLIENTS = 10_000;

    /**
     * How records are put together on their way to Barnabas; Apache Kafka's clients have settings of their own.
     *
     * @param batchBytes a binary batch of one partition is full with this many
     * @param requestRecords a JSON request is full with this many records
     * @param lingerMs the longest that a request which is not full waits for more
     * @param inFlight requests of one producer that may be unanswered
     * @param connections of one HTTP producer; a partition stays with one of them, so order holds
     * @param credit records that a WebSocket subscriber lets come before it has read any
     */
    record Batching(
            int batchBytes,
            int requestRecords,
            int lingerMs,
            int inFlight,
            int connections,
            int credit,
            int fetchBytes,
            Compression compression) {
        Batching {
            within("batch-bytes", batchBytes, 1, 64 << 20);
            within("request-records", requestRecords, 1, 1_000_000);
            within("linger-ms", lingerMs, 0, 60_000);
            within("in-flight", inFlight, 1, 1_000);
            within("connections", connections, 1, 1_000);
            within("credit", credit, 1, 100_000_000);
            within("fetch-bytes", fetchBytes, 1, 64 << 20);
            requireNonNull(compression, "compression");
        }
    }

    Workload {
        within("records", records, 1, MAX_RECORDS);
        within("size", recordBytes, Payload.MIN_BYTES, 8 << 20);
        within("keys", keys, 0, Keys.MAX_COUNT);
        within("partitions", partitions, 1, MAX_PARTITIONS);
        within("producers", producers, 1, MAX_CLIENTS);
        within("consumers", consumers, 0, MAX_CLIENTS);
        within("rate", ratePerSecond, 0, 1_000_000_000);
        within("max-seconds", maxSeconds, 1, 86_400);
        requireNonNull(acks, "acks");
        requireNonNull(batching, "batching");
    }

    /** How many records a producer sends; the first ones take what does not divide. */
    int recordsOf(int producer) {
        return records / producers + (producer < records % producers ? 1 : 0);
    }

    /** Whether a consumer reads a partition. */
    boolean reads(int consumer, int partition) {
        return fanOut || partition % consumers == consumer;
    }

    /** Memory for what is remembered of each record: where it was said to be, and where each pass of reading found it. */
    long bookkeepingBytes() {
        long passes = 1L + (long) consumers;
        return passes * records * Integer.BYTES;
    }

    private static void within(String option, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException("--" + option + " must be " + min + " to " + max + ", got " + value);
        }
    }
}
