package io.barnabas.broker.consumer;

import io.barnabas.broker.StartPosition;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.record.TopicPartition;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * HTTP consumer instances. Thread-safe. An instance works at one place at a time, the node that coordinates its group,
 * and is journaled there, so it outlives that node; what was returned and not committed before is returned again.
 *
 * <p>Stages fail with {@link io.barnabas.record.BarnabasException}: {@code UNKNOWN_INSTANCE}, {@code INSTANCE_EXISTS},
 * {@code ILLEGAL_STATE}, {@code SUBSCRIPTION_CONFLICT}, {@code TOO_MANY}, and as the group coordinator and the log do.
 */
public interface Consumers {
    /** Makes an instance; completes with its name when it is journaled. */
    CompletionStage<String> create(String group, InstanceSettings settings);

    /** Commits what auto commit owes, hands the partitions over at once and forgets the instance. */
    CompletionStage<Void> delete(String group, String name);

    /** Subscribes to topics by name or pattern; completes when the group has taken the instance in. */
    CompletionStage<Void> subscribe(String group, String name, Subscription subscription);

    CompletionStage<Subscription> subscription(String group, String name);

    /** Ends whichever subscription or assignment there is; none is no error. */
    CompletionStage<Void> unsubscribe(String group, String name);

    /** Reads these partitions from now on, without the group. */
    CompletionStage<Void> assign(String group, String name, Set<TopicPartition> partitions);

    CompletionStage<Assignments> assignments(String group, String name);

    /**
     * Records, as soon as there are some. One poll of an instance runs at a time: a second one ends the first, which
     * then returns nothing, and a third is {@code ILLEGAL_STATE}.
     */
    CompletionStage<Polled> poll(String group, String name, PollRequest request);

    /** Stores offsets as given, each the next to read; without any, everything that was returned so far. */
    CompletionStage<Void> commit(String group, String name, Optional<Map<TopicPartition, CommittedOffset>> offsets);

    /** Moves positions, all or none; nothing is committed by that, and the instance takes none along when it moves. */
    CompletionStage<Void> seek(String group, String name, Map<TopicPartition, StartPosition> targets);

    /** Keeps the instance and its member alive without reading. */
    CompletionStage<Void> heartbeat(String group, String name);
}
