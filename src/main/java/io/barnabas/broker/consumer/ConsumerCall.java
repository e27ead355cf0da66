package io.barnabas.broker.consumer;

import io.barnabas.broker.StartPosition;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.TopicPartition;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** One call of an instance, as one node asks it of the node where the instance works: see {@link Consumers}. */
sealed interface ConsumerCall {
    /** Makes an instance; the settings have its name. */
    record Create(String group, InstanceSettings settings) implements ConsumerCall {}

    record Delete(String group, String name) implements ConsumerCall {}

    record Subscribe(String group, String name, Subscription subscription) implements ConsumerCall {}

    record Subscribed(String group, String name) implements ConsumerCall {}

    record Unsubscribe(String group, String name) implements ConsumerCall {}

    record Assign(String group, String name, Set<TopicPartition> partitions) implements ConsumerCall {}

    record Assigned(String group, String name) implements ConsumerCall {}

    /** Asks for records; {@code refusals} is what the client is told when the instance has one of these formats. */
    record Poll(String group, String name, OptionalInt waitMs, int maxBytes, Map<String, BarnabasException> refusals)
            implements ConsumerCall {}

    record Commit(String group, String name, Optional<Map<TopicPartition, CommittedOffset>> offsets)
            implements ConsumerCall {}

    record Seek(String group, String name, Map<TopicPartition, StartPosition> targets) implements ConsumerCall {}

    record Heartbeat(String group, String name) implements ConsumerCall {}

    /**
     * What became of a poll's answer.
     *
     * @param token that came with it
     * @param nextOffsets as {@link Polled#handedOver}
     */
    record HandedOver(long token, Map<TopicPartition, Long> nextOffsets) implements ConsumerCall {}
}
