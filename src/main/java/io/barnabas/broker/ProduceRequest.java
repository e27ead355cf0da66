package io.barnabas.broker;

import io.barnabas.broker.PartitionBatches.Sent;
import io.barnabas.broker.RecordOutcome.Refused;
import io.barnabas.broker.format.IncomingRecord;
import io.barnabas.cluster.Topic;
import io.barnabas.log.LogConfig;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.Header;
import io.barnabas.record.ProducerSequence;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatchBuilder;
import io.barnabas.record.RoundRobin;
import io.barnabas.record.TraceParent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One produce request of single records: each is put into a batch of its partition as it arrives, so that no object per
 * record is kept. Confined to the thread that reads the request, until {@link #send}. Where each goes says {@link
 * PartitionChoice}.
 */
public final class ProduceRequest {
    /** A marker in {@link #places}: the record was refused, see {@link #refused}. */
    private static final long REFUSED = -1L;

    private final Producing producing;
    private final Topic topic;
    private final LogConfig config;
    private final Acks acks;
    private final PartitionChoice choice;
    private final long nowMs;

    /** Null when the request has none. */
    private final IdempotencyKey key;

    /** The trace that the request is part of, as a header for records without one; null when there is none. */
    private Header trace;

    /** Null unless an idempotent producer sends the request. */
    private ProducerSequence producer;

    private final Map<Integer, PartitionBatches> pending = new TreeMap<>();
    private final Map<Integer, Refused> refused = new TreeMap<>();

    /** For each record, in order: its partition in the upper half, its place among that partition's in the lower. */
    private long[] places = new long[16];

    private int recordCount;

    ProduceRequest(
            Producing producing,
            Topic topic,
            LogConfig config,
            OptionalInt fixedPartition,
            Acks acks,
            RoundRobin rounds,
            long nowMs,
            Optional<IdempotencyKey> key) {
        this.producing = producing;
        this.topic = topic;
        this.config = config;
        this.acks = acks;
        this.nowMs = nowMs;
        this.key = key.orElse(null);
        this.choice = new PartitionChoice(topic, fixedPartition, rounds, this.key);
    }

    /**
     * Makes the request one of an idempotent producer, which must be so before {@link #send}: its records have to come
     * to one partition and fit one batch, and are stored all or none; a repeat is answered with the offsets of the first
     * try.
     *
     * @throws BarnabasException {@code INVALID_FIELD} when the request has an idempotency key
     */
    public void producer(ProducerSequence sequence) {
        if (key != null) {
            throw new BarnabasException(
                    ErrorCode.INVALID_FIELD,
                    "a request has either an Idempotency-Key or a producer id with a sequence, not both");
        }
        Producing.requireForeignProducer(sequence.producerId());
        producer = sequence;
    }

    /** Records taken from now on carry the trace, unless they bring a {@code traceparent} of their own. */
    public void trace(Optional<TraceParent> part) {
        trace = part.map(TraceParent::header).orElse(null);
    }

    private List<Header> traced(List<Header> headers) {
        if (trace == null || headers.stream().anyMatch(header -> header.key().equals(TraceParent.HEADER))) {
            return headers;
        }
        List<Header> more = new ArrayList<>(headers.size() + 1);
        more.addAll(headers);
        more.add(trace);
        return more;
    }

    /**
     * Takes one record. A record that cannot be stored is remembered as refused, the others are stored all the same.
     *
     * @param partition that the record names, -1 when it does not
     * @param timestamp in ms, -1 for now
     * @throws BarnabasException {@code INVALID_FIELD} when the request
     *     has a partition and the record names one too
     */
    public void add(int partition, long timestamp, byte[] recordKey, byte[] value, List<Header> headers) {
        if (key != null) {
            key.add(partition, timestamp, recordKey, value, headers);
        }
        append(partition, timestamp, recordKey, 0, lengthOf(recordKey), value, 0, lengthOf(value), headers);
    }

    /** As {@link #add(int, long, byte[], byte[], List)}; the record's bytes are copied before this returns. */
    public void add(IncomingRecord record) {
        if (key != null) {
            add(record.partition(), record.timestamp(), record.keyBytes(), record.valueBytes(), record.headers());
            return;
        }
        byte[] bytes = record.array();
        append(
                record.partition(),
                record.timestamp(),
                record.hasKey() ? bytes : null,
                record.keyAt(),
                Math.max(0, record.keyLength()),
                record.valueLength() >= 0 ? bytes : null,
                record.valueAt(),
                Math.max(0, record.valueLength()),
                record.headers());
    }

    private void append(
            int partition,
            long timestamp,
            byte[] recordKey,
            int keyAt,
            int keyLength,
            byte[] value,
            int valueAt,
            int valueLength,
            List<Header> given) {
        List<Header> headers = traced(given);
        if (recordCount == places.length) {
            places = Arrays.copyOf(places, places.length * 2);
        }
        long recordBytes = RecordBatchBuilder.recordBytesAtMost(keyLength, valueLength, headers);
        int target = choice.of(recordCount, partition, recordKey, keyAt, keyLength);
        if (fits(target, recordKey, recordBytes)) {
            PartitionBatches batches = pending.computeIfAbsent(
                    target, absent -> new PartitionBatches(topic.name(), absent, config.maxMessageBytes()));
            RecordBatchBuilder batch = batches.batchFor(recordBytes);
            batch.append(
                    timestamp >= 0 ? timestamp : nowMs,
                    recordKey,
                    keyAt,
                    keyLength,
                    value,
                    valueAt,
                    valueLength,
                    headers);
            places[recordCount] = ((long) target << 32) | batches.added();
        } else {
            places[recordCount] = REFUSED;
        }
        recordCount++;
    }

    /** Whether a record can be stored there; if not, it is noted as refused. */
    private boolean fits(int partition, byte[] recordKey, long recordBytes) {
        if (partition >= topic.partitionCount()) {
            return refuse(
                    partition,
                    ErrorCode.UNKNOWN_PARTITION,
                    "topic '" + topic.name() + "' has " + topic.partitionCount() + " partitions, there is no partition "
                            + partition);
        }
        if (config.compact() && recordKey == null) {
            return refuse(
                    partition,
                    ErrorCode.INVALID_RECORD,
                    "topic '" + topic.name() + "' is compacted: records need a key");
        }
        long bytes = RecordBatch.HEADER_BYTES + recordBytes;
        if (bytes > config.maxMessageBytes()) {
            return refuse(
                    partition,
                    ErrorCode.RECORD_TOO_LARGE,
                    "the record needs up to " + bytes + " bytes, topic '" + topic.name() + "' takes at most "
                            + config.maxMessageBytes());
        }
        return true;
    }

    private static int lengthOf(byte[] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    private boolean refuse(int partition, ErrorCode code, String message) {
        refused.put(recordCount, new Refused(partition, code, message));
        return false;
    }

    public int recordCount() {
        return recordCount;
    }

    /**
     * Stores the records; completes as the acks ask, with one outcome for each record, in the order they came in. Fails
     * only when nothing was stored: a request without producer or key when nothing was tried, one with either of them
     * also when all that was tried failed.
     *
     * @throws BarnabasException for a request with producer or key whose records do not go together: {@code
     *     INVALID_FIELD}, {@code BODY_TOO_LARGE}, with a producer also whatever is wrong with a single record
     */
    public CompletionStage<List<RecordOutcome>> send() {
        if (producer != null) {
            requireOnePartition();
            stamp(producer);
        } else if (key != null) {
            stamp(key.sequence());
        }
        Map<Integer, List<CompletableFuture<Sent>>> sent = new TreeMap<>();
        List<CompletableFuture<?>> all = new ArrayList<>();
        pending.forEach((partition, batches) -> {
            List<CompletableFuture<Sent>> those = batches.send(producing, acks);
            sent.put(partition, those);
            all.addAll(those);
        });
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).thenApply(done -> outcomes(sent));
    }

    private void requireOnePartition() {
        if (!refused.isEmpty()) {
            int record = refused.keySet().iterator().next();
            Refused first = refused.get(record);
            throw new BarnabasException(
                    first.code(),
                    "records[" + record + "]: " + first.message()
                            + "; the records of an idempotent producer are stored all or none");
        }
        if (choice.dealt() > 0 && topic.partitionCount() > 1) {
            throw new BarnabasException(
                    ErrorCode.INVALID_FIELD,
                    "the records of an idempotent producer must name their partition or have a key, topic '"
                            + topic.name() + "' has " + topic.partitionCount() + " partitions");
        }
        if (pending.size() > 1) {
            throw new BarnabasException(
                    ErrorCode.INVALID_FIELD,
                    "a sequence counts the records of one partition, these records go to partitions "
                            + pending.keySet());
        }
    }

    private void stamp(ProducerSequence sequence) {
        pending.values().forEach(batches -> batches.stamp(sequence));
    }

    private void requireSomeStored(Map<Integer, List<Sent>> sent) {
        if (producer == null && key == null) {
            return;
        }
        BarnabasException failure = null;
        for (List<Sent> those : sent.values()) {
            failure = those.get(0).failure();
            if (failure == null) {
                return;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private List<RecordOutcome> outcomes(Map<Integer, List<CompletableFuture<Sent>>> sent) {
        Map<Integer, List<Sent>> done = new TreeMap<>();
        sent.forEach((partition, futures) -> done.put(
                partition, futures.stream().map(CompletableFuture::join).toList()));
        requireSomeStored(done);
        List<RecordOutcome> outcomes = new ArrayList<>(recordCount);
        for (int record = 0; record < recordCount; record++) {
            long place = places[record];
            if (place == REFUSED) {
                outcomes.add(refused.get(record));
            } else {
                int partition = (int) (place >>> 32);
                outcomes.add(Sent.outcome(done.get(partition), partition, (int) place));
            }
        }
        return outcomes;
    }
}
