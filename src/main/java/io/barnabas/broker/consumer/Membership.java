package io.barnabas.broker.consumer;

import io.barnabas.group.GroupCoordinator;
import io.barnabas.group.GroupCoordinator.Assignment;
import io.barnabas.group.GroupCoordinator.Committer;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * An instance's place in its group, as the coordinator last told it. Confined to the instance's turns; what the
 * coordinator says arrives through {@link #listener}, which takes a turn.
 *
 * <pre>
 *   outside --joining()--&gt; joined, waiting for an assignment --assigned--&gt; joined
 *      ^---------------------------- removed, left ---------------------------'
 * </pre>
 */
final class Membership {
    private final Executor turns;
    private final Events events;

    /** Counts joins and leaves: what is said to an earlier listener is not heard. */
    private long incarnation;

    private Optional<String> memberId;
    private Set<String> topics = Set.of();
    private boolean joined;
    private boolean awaitsAssignment;
    private int generation;
    private Set<TopicPartition> held = Set.of();

    /** Partitions to let go of, not yet reported as released. */
    private final Set<TopicPartition> leaving = new HashSet<>();

    private Optional<String> waiting = Optional.empty();

    Membership(Executor turns, Events events, Optional<String> memberId) {
        this.turns = turns;
        this.events = events;
        this.memberId = memberId;
    }

    /** What the instance must do about a change; called in a turn. */
    interface Events {
        void assignmentChanged();

        void revoked();
    }

    boolean joinedAs(Set<String> wanted) {
        return joined && topics.equals(wanted);
    }

    boolean joined() {
        return joined;
    }

    boolean awaitsAssignment() {
        return awaitsAssignment;
    }

    int generation() {
        return generation;
    }

    Optional<String> memberId() {
        return memberId;
    }

    Set<TopicPartition> held() {
        return held;
    }

    Set<TopicPartition> leaving() {
        return Set.copyOf(leaving);
    }

    Optional<String> waiting() {
        return waiting;
    }

    /** As whom commits are made. */
    Optional<Committer> committer() {
        return memberId.map(id -> new Committer.Member(id, generation));
    }

    /** A join begins; its listener is the only one that is heard from now on. */
    GroupCoordinator.MemberListener joining(Set<String> wanted) {
        topics = Set.copyOf(wanted);
        awaitsAssignment = true;
        return listener(++incarnation);
    }

    void joined(String id) {
        memberId = Optional.of(id);
        joined = true;
    }

    /** The coordinator does not know the member: whatever it held is not its own any more. */
    void forget() {
        memberId = Optional.empty();
        outside();
        held = Set.of();
        leaving.clear();
    }

    /** The member left, or the instance is gone: nothing of it is heard from now on. */
    void left() {
        incarnation++;
        forget();
    }

    void released(Set<TopicPartition> partitions) {
        leaving.removeAll(partitions);
    }

    private void outside() {
        joined = false;
        awaitsAssignment = false;
        waiting = Optional.empty();
    }

    private GroupCoordinator.MemberListener listener(long mine) {
        return new GroupCoordinator.MemberListener() {
            @Override
            public void assigned(Assignment assignment) {
                inTurn(() -> onAssigned(assignment));
            }

            @Override
            public void revoked(int revokedGeneration, Set<TopicPartition> partitions) {
                inTurn(() -> onRevoked(partitions));
            }

            @Override
            public void removed(ErrorCode code, String reason) {
                inTurn(() -> onRemoved(code));
            }

            private void inTurn(Runnable change) {
                turns.execute(() -> {
                    if (mine == incarnation) {
                        change.run();
                    }
                });
            }
        };
    }

    private void onAssigned(Assignment assignment) {
        generation = assignment.generation();
        held = assignment.partitions();
        leaving.removeAll(held);
        waiting = assignment.waiting();
        awaitsAssignment = false;
        events.assignmentChanged();
    }

    private void onRevoked(Set<TopicPartition> partitions) {
        Set<TopicPartition> rest = new HashSet<>(held);
        rest.removeAll(partitions);
        held = Set.copyOf(rest);
        leaving.addAll(partitions);
        events.revoked();
    }

    /** When only the coordinator moved, the member is in the journal that moved with it and joins again in place. */
    private void onRemoved(ErrorCode code) {
        if (GroupCoordinator.joinsAgain(code)) {
            outside();
        } else {
            forget();
        }
        events.assignmentChanged();
    }
}
