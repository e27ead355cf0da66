package io.barnabas.broker.subscription;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.Fetching;
import io.barnabas.broker.Positioning;
import io.barnabas.broker.StartPosition;
import io.barnabas.broker.Topics;
import io.barnabas.log.PartitionLog.ReadResult;
import io.barnabas.log.PartitionLog.Registration;
import io.barnabas.record.TopicPartition;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.LongConsumer;

/** The broker's records for subscriptions. Thread-safe. */
final class BrokerRecords implements RecordSource {
    private static final int NO_WAIT = 0;

    private final Topics topics;
    private final Fetching fetching;
    private final Positioning positioning;

    BrokerRecords(Topics topics, Fetching fetching, Positioning positioning) {
        this.topics = requireNonNull(topics, "topics");
        this.fetching = requireNonNull(fetching, "fetching");
        this.positioning = requireNonNull(positioning, "positioning");
    }

    @Override
    public int partitionCount(String topic) {
        return topics.topic(topic).partitionCount();
    }

    @Override
    public CompletionStage<ReadResult> read(TopicPartition partition, long offset, int maxBytes) {
        return fetching.fetch(partition, offset, maxBytes, NO_WAIT);
    }

    @Override
    public long highWatermark(TopicPartition partition) {
        return topics.offsets(partition).end();
    }

    @Override
    public Registration onRecords(TopicPartition partition, LongConsumer listener) {
        return fetching.onRecords(partition, listener);
    }

    @Override
    public CompletionStage<Long> resolve(TopicPartition partition, StartPosition start) {
        return positioning.resolve(partition, start);
    }

    @Override
    public CompletionStage<Long> resume(String group, TopicPartition partition, StartPosition start) {
        return positioning.resume(group, Set.of(partition), start).thenApply(positions -> positions.get(partition));
    }
}
