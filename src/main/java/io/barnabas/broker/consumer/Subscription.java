package io.barnabas.broker.consumer;

import static java.util.Objects.requireNonNull;

import io.barnabas.group.GroupCoordinator.ConsumerInstance;
import io.barnabas.record.TopicPartition;
import java.util.Set;

/**
 * How an instance comes to its partitions; the ways exclude each other.
 *
 * <pre>
 *   None --subscribe--&gt; Topics | Pattern --unsubscribe--&gt; None
 *     `----assign-----&gt; Assigned ---------unsubscribe-----^
 * </pre>
 */
public sealed interface Subscription {
    /** Not at all, yet. */
    record None() implements Subscription {}

    /** As a member of its group, of these topics. */
    record Topics(Set<String> names) implements Subscription {
        public Topics {
            names = Set.copyOf(names);
        }
    }

    /** As a member of its group, of the topics whose names match, looked at with every poll. */
    record Pattern(TopicPattern pattern) implements Subscription {
        public Pattern {
            requireNonNull(pattern, "pattern");
        }
    }

    /** By itself, without the group. */
    record Assigned(Set<TopicPartition> partitions) implements Subscription {
        public Assigned {
            partitions = Set.copyOf(partitions);
        }
    }

    static Subscription of(ConsumerInstance journaled) {
        if (journaled.topicPattern().isPresent()) {
            return new Pattern(TopicPattern.of(journaled.topicPattern().get()));
        }
        if (!journaled.topics().isEmpty()) {
            return new Topics(journaled.topics());
        }
        return journaled.assignments().isEmpty() ? new None() : new Assigned(journaled.assignments());
    }

    /** Whether the way excludes {@code next}: one must unsubscribe first. */
    default boolean excludes(Subscription next) {
        return !(this instanceof None) && !(next instanceof None) && getClass() != next.getClass();
    }
}
