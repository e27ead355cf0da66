package io.barnabas.broker.consumer;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.StartPosition;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.ConsumerInstance;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One HTTP consumer instance at work on this node. Public methods may be called from anywhere; everything else happens
 * in its turns, and calls that change something one after the other.
 *
 * <p>At least once: a position moves when an answer was handed over; what was returned is committed by the client, or
 * by the next poll, the close or a rebalance when auto commit is on.
 */
final class Instance implements Membership.Events {
    private final Services services;
    private final String group;
    private final String name;
    private final Turns turns;
    private final Sequence calls;
    private final Positions positions = new Positions();
    private final PollSlot polls;
    private final Enrolment enrolment;
    private final Commits commits;

    /** Why the instance does not work here any more; absent while it does. */
    private Optional<BarnabasException> ended = Optional.empty();

    private int pollCount;

    /** Of the last call; written in any thread, read by the sweep. Volatile for that. */
    private volatile long usedAtNanos;

    Instance(Services services, String group, ConsumerInstance journaled) {
        this.services = requireNonNull(services, "services");
        this.group = group;
        this.name = journaled.name();
        this.turns = new Turns(services.workers());
        this.calls = new Sequence(turns, services.settings().maxWaitingCalls());
        this.polls = new PollSlot(this, services, turns);
        this.enrolment = new Enrolment(services, group, journaled, turns, positions, this);
        this.commits = new Commits(services, turns, calls, positions, enrolment, polls);
        touch();
    }

    /** Looks the instance up in the journal, which restarts its idle time, and follows what changed there. */
    CompletableFuture<Void> refresh() {
        touch();
        return calls.run(enrolment::refresh);
    }

    private void touch() {
        usedAtNanos = services.nanoTime().getAsLong();
    }

    boolean idle(long nowNanos) {
        return nowNanos - usedAtNanos > services.settings().idleTimeoutMs() * 1_000_000L;
    }

    CompletableFuture<Polled> poll(PollRequest request) {
        touch();
        return polls.poll(request);
    }

    CompletableFuture<Void> subscribe(Subscription wanted) {
        return calls.run(() -> {
            requireOpen();
            requireCompatible(wanted);
            Set<String> topics = enrolment.topicsOf(wanted);
            if (wanted instanceof Subscription.Topics named) {
                named.names().forEach(services.topics()::topic);
            }
            // The group may refuse the topics: only what it took is journaled.
            CompletionStage<Void> joined =
                    topics.isEmpty() ? CompletableFuture.completedFuture(null) : enrolment.join(topics);
            return joined.thenComposeAsync(done -> enrolment.journal(wanted), turns)
                    .thenRunAsync(polls::wake, turns);
        });
    }

    CompletableFuture<Void> unsubscribe() {
        return calls.run(() -> commits.commitReturned()
                .thenComposeAsync(done -> enrolment.leave(), turns)
                .thenComposeAsync(done -> enrolment.journal(new Subscription.None()), turns)
                .thenRunAsync(polls::wake, turns));
    }

    CompletableFuture<Void> assign(Set<TopicPartition> partitions) {
        return calls.run(() -> {
            requireOpen();
            Subscription wanted = new Subscription.Assigned(partitions);
            requireCompatible(wanted);
            partitions.forEach(partition -> services.topics().view().topicWith(partition));
            return commits.commitReturned()
                    .thenComposeAsync(done -> enrolment.journal(wanted), turns)
                    .thenRunAsync(polls::wake, turns);
        });
    }

    CompletableFuture<Subscription> subscription() {
        return calls.run(() -> CompletableFuture.completedFuture(enrolment.subscription()));
    }

    CompletableFuture<Assignments> assignments() {
        return calls.run(() -> CompletableFuture.completedFuture(enrolment.assignments()));
    }

    /** Commits what is given, or everything that was returned so far. */
    CompletableFuture<Void> commit(Optional<Map<TopicPartition, CommittedOffset>> given) {
        return calls.run(() -> {
            requireOpen();
            return commits.commit(given);
        });
    }

    CompletableFuture<Void> seek(Map<TopicPartition, StartPosition> targets) {
        return calls.run(() -> {
            requireOpen();
            Set<TopicPartition> mine = partitions();
            for (TopicPartition partition : targets.keySet()) {
                if (!mine.contains(partition)) {
                    throw new BarnabasException(
                            ErrorCode.ILLEGAL_STATE,
                            "partition " + partition + " is not assigned to instance '" + name + "' at the moment");
                }
            }
            return seekAll(targets);
        });
    }

    /** All or nothing: every target is resolved before the first position is set. */
    private CompletionStage<Void> seekAll(Map<TopicPartition, StartPosition> targets) {
        CompletionStage<Map<TopicPartition, Long>> resolved = CompletableFuture.completedFuture(new HashMap<>());
        for (Map.Entry<TopicPartition, StartPosition> target : targets.entrySet()) {
            resolved = resolved.thenCombine(
                    services.positioning().resolve(target.getKey(), target.getValue()), (all, offset) -> {
                        all.put(target.getKey(), offset);
                        return all;
                    });
        }
        return resolved.thenAcceptAsync(
                offsets -> {
                    offsets.forEach(positions::set);
                    polls.wake();
                },
                turns);
    }

    CompletableFuture<Void> heartbeat() {
        return calls.run(() -> {
            requireOpen();
            return enrolment.keepMembership();
        });
    }

    /** Commits what auto commit owes, leaves the group and forgets the instance. */
    CompletableFuture<Void> delete() {
        return calls.run(() -> commits.commitReturned()
                .thenComposeAsync(done -> services.coordinator().deleteInstance(group, name), turns)
                .thenRunAsync(() -> end(ErrorCode.UNKNOWN_INSTANCE, "it was deleted"), turns));
    }

    /** The journal does not know the instance any more, or this node forgets it: nothing is journaled about that. */
    void forget(ErrorCode code, String reason) {
        turns.execute(() -> end(code, reason));
    }

    private void end(ErrorCode code, String reason) {
        ended = Optional.of(new BarnabasException(code, "instance '" + name + "' of group '" + group + "': " + reason));
        enrolment.end();
        polls.wake();
    }

    void wake() {
        turns.execute(polls::wake);
    }

    // --- what a running poll asks for; in a turn

    boolean closed() {
        return ended.isPresent();
    }

    String label() {
        return name;
    }

    InstanceSettings settings() {
        return enrolment.settings();
    }

    Positions positions() {
        return positions;
    }

    int sessionTimeoutMs() {
        return enrolment.sessionTimeoutMs();
    }

    void requirePartitions() {
        requireOpen();
        if (enrolment.subscription() instanceof Subscription.None) {
            throw new BarnabasException(
                    ErrorCode.ILLEGAL_STATE,
                    "instance '" + name + "' is not subscribed to a topic and has no partitions assigned");
        }
    }

    /** The partitions to read now. */
    Set<TopicPartition> partitions() {
        return enrolment.partitions();
    }

    /** A number below {@code bound} that is another one each time. */
    int nextTurn(int bound) {
        return Math.floorMod(pollCount++, bound);
    }

    /** What a poll does before it reads: commits what the last one returned, and sees to the membership. */
    CompletableFuture<Void> prepare() {
        return calls.run(() -> commits.commitReturned().thenComposeAsync(done -> enrolment.keepMembership(), turns));
    }

    /** What a poll does while it waits, so that the instance and its member live on. */
    CompletableFuture<Void> keepAlive() {
        touch();
        return calls.run(() -> enrolment.refresh().thenComposeAsync(done -> enrolment.keepMembership(), turns));
    }

    /** Finds positions for the partitions that have none. */
    CompletionStage<Void> resolvePositions() {
        Set<TopicPartition> unknown = new HashSet<>(partitions());
        unknown.removeIf(partition -> positions.place(partition) != null);
        if (unknown.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return services.positioning()
                .resume(group, unknown, enrolment.settings().start())
                .thenAcceptAsync(
                        found -> found.forEach((partition, offset) -> {
                            if (positions.place(partition) == null
                                    && partitions().contains(partition)) {
                                positions.set(partition, offset);
                            }
                        }),
                        turns);
    }

    /** An answer reached its client; records of partitions that were taken away for good meanwhile count for nobody. */
    void handedOver(TopicPartition partition, Positions.Place from, long nextOffset) {
        if (partitions().contains(partition) || enrolment.membership().leaving().contains(partition)) {
            positions.handedOver(partition, from, nextOffset);
        }
    }

    /** Lets go of revoked partitions whose records are settled by now. */
    void settleRevoked() {
        commits.settleRevoked();
    }

    // --- what the group says; in a turn

    @Override
    public void assignmentChanged() {
        followMembership();
        polls.wake();
    }

    @Override
    public void revoked() {
        followMembership();
    }

    private void followMembership() {
        Membership membership = enrolment.membership();
        positions.keep(membership.held(), membership.leaving());
        commits.settleRevoked();
    }

    private void requireOpen() {
        ended.ifPresent(reason -> {
            throw reason;
        });
    }

    private void requireCompatible(Subscription wanted) {
        if (enrolment.subscription().excludes(wanted)) {
            throw new BarnabasException(
                    ErrorCode.SUBSCRIPTION_CONFLICT,
                    "subscriptions to topics, to a pattern and assigned partitions exclude each other;"
                            + " DELETE the subscription first");
        }
    }
}
