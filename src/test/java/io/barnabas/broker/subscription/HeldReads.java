package io.barnabas.broker.subscription;

import io.barnabas.broker.StartPosition;
import io.barnabas.log.PartitionLog;
import io.barnabas.log.PartitionLog.Registration;
import io.barnabas.record.Acks;
import io.barnabas.record.TopicPartition;
import io.barnabas.testing.Batches;
import io.barnabas.testing.InMemoryPartitionLog;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongConsumer;

/** Partitions in memory whose reads are answered one by one, when the test says so. Confined to one thread. */
final class HeldReads implements RecordSource {
    private final Map<TopicPartition, InMemoryPartitionLog> logs = new TreeMap<>();
    private final Deque<Held> held = new ArrayDeque<>();

    private record Held(TopicPartition partition, long offset, int maxBytes, CompletableFuture<Portion> answer) {}

    /** One batch of these values. */
    void append(TopicPartition partition, String... values) {
        logOf(partition).append(Batches.of(values), Acks.ALL);
    }

    private InMemoryPartitionLog logOf(TopicPartition partition) {
        return logs.computeIfAbsent(partition, InMemoryPartitionLog::new);
    }

    /** Reads that wait for their answer. */
    int waiting() {
        return held.size();
    }

    /** Where the read begins that waits longest. */
    long firstOffset() {
        return held.getFirst().offset;
    }

    /** Answers the read that waits longest, with what there is now. */
    void answer() {
        Held first = held.removeFirst();
        PartitionLog.ReadResult read = logOf(first.partition)
                .read(first.offset, first.maxBytes)
                .toCompletableFuture()
                .join();
        first.answer.complete(Portion.alone(read));
    }

    @Override
    public int partitionCount(String topic) {
        return logs.size();
    }

    @Override
    public CompletionStage<Portion> read(TopicPartition partition, long offset, int maxBytes) {
        Held read = new Held(partition, offset, maxBytes, new CompletableFuture<>());
        held.addLast(read);
        return read.answer;
    }

    @Override
    public PartitionLog log(TopicPartition partition) {
        return logOf(partition);
    }

    @Override
    public Registration onRecords(PartitionLog log, LongConsumer listener) {
        return log.onHighWatermark(listener);
    }

    @Override
    public CompletionStage<Long> resolve(TopicPartition partition, StartPosition start) {
        return CompletableFuture.completedFuture(logOf(partition).logStartOffset());
    }

    @Override
    public CompletionStage<Long> resume(String group, TopicPartition partition, StartPosition start) {
        return resolve(partition, start);
    }
}
