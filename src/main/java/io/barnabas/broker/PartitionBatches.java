package io.barnabas.broker;

import io.barnabas.broker.RecordOutcome.Refused;
import io.barnabas.broker.RecordOutcome.Stored;
import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.Compression;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.ProducerSequence;
import io.barnabas.record.RecordBatchBuilder;
import io.barnabas.record.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The records of one {@link ProduceRequest} that go to one partition: batches that are full, and the one being filled.
 * No batch is larger than the topic allows. Confined to the request's thread.
 */
final class PartitionBatches {
    /** What a batch's buffer begins with; it grows by doubling up to the topic's largest batch. */
    private static final int FIRST_BATCH_BYTES = 4 * 1024;

    private final String topic;
    private final int partition;
    private final int maxBatchBytes;
    private final List<RecordBatchBuilder> builders = new ArrayList<>();
    private int records;

    PartitionBatches(String topic, int partition, int maxBatchBytes) {
        this.topic = topic;
        this.partition = partition;
        this.maxBatchBytes = maxBatchBytes;
    }

    /** The batch that has room for a record of at most so many bytes; a new one when the last is full. */
    RecordBatchBuilder batchFor(long recordBytes) {
        RecordBatchBuilder last = builders.isEmpty() ? null : builders.get(builders.size() - 1);
        if (last == null || last.sizeInBytes() + recordBytes > maxBatchBytes) {
            last = new RecordBatchBuilder(Compression.NONE, FIRST_BATCH_BYTES, maxBatchBytes);
            builders.add(last);
        }
        return last;
    }

    /** Counts a record that was appended to a batch; its place among the partition's. */
    int added() {
        return records++;
    }

    /**
     * Makes the records those of an idempotent producer. They must fit one batch: then a repeat finds all of it or
     * nothing.
     */
    void stamp(ProducerSequence sequence) {
        if (builders.size() > 1) {
            throw new BarnabasException(
                    ErrorCode.BODY_TOO_LARGE,
                    "what goes to partition " + partition + " does not fit one batch of " + maxBatchBytes
                            + " bytes, as it must with a producer id or an Idempotency-Key; send fewer records");
        }
        builders.get(0).producer(sequence.producerId(), sequence.producerEpoch(), sequence.baseSequence());
    }

    /** Appends the batches in order; a failed one does not stop the next. */
    List<CompletableFuture<Sent>> send(Producing producing, Acks acks) {
        List<CompletableFuture<Sent>> sent = new ArrayList<>(builders.size());
        TopicPartition target = new TopicPartition(topic, partition);
        int first = 0;
        for (RecordBatchBuilder builder : builders) {
            int from = first;
            sent.add(producing
                    .append(target, builder.build(), acks)
                    .handle((result, failure) ->
                            new Sent(from, result, failure == null ? null : BarnabasException.of(failure)))
                    .toCompletableFuture());
            first += builder.recordCount();
        }
        return sent;
    }

    /**
     * One batch that was sent.
     *
     * @param firstPlace its first record's place among its partition's
     * @param result null when it failed
     * @param failure null when it did not
     */
    record Sent(int firstPlace, AppendResult result, BarnabasException failure) {
        /** What became of the record at a place, which one of the batches has. */
        static RecordOutcome outcome(List<Sent> batches, int partition, int place) {
            int index = batches.size() - 1;
            while (batches.get(index).firstPlace > place) {
                index--;
            }
            Sent batch = batches.get(index);
            if (batch.failure != null) {
                return new Refused(partition, batch.failure.code(), batch.failure.getMessage());
            }
            return new Stored(
                    partition, batch.result.baseOffset() + (place - batch.firstPlace), batch.result.duplicate());
        }
    }
}
