package io.barnabas.record;

import java.util.Comparator;

/** One partition of one topic. Ordered by topic name, then by partition number. */
public record TopicPartition(String topic, int partition) implements Comparable<TopicPartition> {
    private static final Comparator<TopicPartition> ORDER =
            Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

    public TopicPartition {
        TopicName.require(topic);
        if (partition < 0) {
            throw new BarnabasException(
                    ErrorCode.UNKNOWN_PARTITION, "partition must not be negative, got " + partition);
        }
    }

    @Override
    public int compareTo(TopicPartition other) {
        return ORDER.compare(this, other);
    }

    /** {@code topic-partition}, as Kafka names a partition's folder. */
    @Override
    public String toString() {
        return topic + "-" + partition;
    }
}
