package io.barnabas.broker.subscription;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.StartPosition;
import io.barnabas.group.GroupCoordinator;
import io.barnabas.group.GroupCoordinator.Assignment;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.Committer;
import io.barnabas.group.GroupCoordinator.JoinRequest;
import io.barnabas.group.GroupCoordinator.Joined;
import io.barnabas.group.GroupCoordinator.MemberListener;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member of a group.
 *
 * <pre>
 *   JOINING --joined--&gt; MEMBER --unsubscribe, close--&gt; LEAVING --left--&gt; OVER
 *      |                   `---removed by the coordinator---------------^
 *      `--refused, or closed meanwhile (then it leaves at once)---------^
 * </pre>
 *
 * <p>What the coordinator tells is taken up one thing at a time: an assignment is announced when the offsets of its new
 * partitions are known, and what comes after it waits. A revoked partition is given back as soon as nothing that was
 * sent of it is left to be committed, or the reader says that it is done; else the coordinator takes it after the
 * rebalance time-out. With {@code autoCommit} the member commits what the reader's end has received.
 *
 * <p>Confined to its turns; the coordinator's calls come from its own threads and only queue.
 */
final class GroupSubscription implements Subscription {
    private static final Logger LOG = LoggerFactory.getLogger(GroupSubscription.class);

    /** Heartbeats in one session time-out: some may be late. */
    private static final int HEARTBEATS_PER_SESSION = 4;

    private enum Phase {
        JOINING,
        MEMBER,
        LEAVING,
        OVER
    }

    private final SubscribeRequest request;
    private final String group;
    private final RecordSource source;
    private final GroupCoordinator coordinator;
    private final Outlet outlet;
    private final Executor turns;
    private final SubscriptionSettings settings;
    private final Delivery delivery;
    private final Holdings holdings = new Holdings();
    private final Repeat heartbeat;
    private final Repeat autoCommit;
    private final Repeat recheck;

    /** What the coordinator has told and is not taken up yet. */
    private final Deque<Runnable> told = new ArrayDeque<>();

    private boolean takingUp;

    /** The commit of what was received that is under way; null when there is none. */
    private CompletionStage<Void> committing;

    private Phase phase = Phase.JOINING;
    private String memberId;
    private int generation;

    GroupSubscription(
            SubscribeRequest request,
            RecordSource source,
            GroupCoordinator coordinator,
            Outlet outlet,
            Executor turns,
            SubscriptionSettings settings) {
        this.request = requireNonNull(request, "request");
        this.group = request.group().orElseThrow();
        this.source = requireNonNull(source, "source");
        this.coordinator = requireNonNull(coordinator, "coordinator");
        this.outlet = requireNonNull(outlet, "outlet");
        this.turns = requireNonNull(turns, "turns");
        this.settings = requireNonNull(settings, "settings");
        this.delivery = new Delivery(source, outlet, turns, settings.readBytes(), request.start());
        this.heartbeat = new Repeat(settings.sessionTimeoutMs() / HEARTBEATS_PER_SESSION);
        this.autoCommit = new Repeat(settings.autoCommitIntervalMs());
        this.recheck = new Repeat(settings.recheckIntervalMs());
    }

    @Override
    public CompletionStage<Started> start() {
        source.partitionCount(request.topic()); // UNKNOWN_TOPIC now, not as a member that waits for ever
        CompletableFuture<Started> started = new CompletableFuture<>();
        JoinRequest join = new JoinRequest(
                Optional.empty(),
                request.clientId(),
                Set.of(request.topic()),
                request.assignor(),
                settings.sessionTimeoutMs(),
                settings.rebalanceTimeoutMs());
        coordinator
                .join(group, join, new Listener())
                .whenComplete((joined, failure) -> turns.execute(() -> joined(started, joined, failure)));
        return started;
    }

    private void joined(CompletableFuture<Started> started, Joined joined, Throwable failure) {
        if (failure != null) {
            phase = Phase.OVER;
            started.completeExceptionally(BarnabasException.of(failure));
            return;
        }
        memberId = joined.memberId();
        if (phase != Phase.JOINING) { // closed meanwhile
            leave();
            started.completeExceptionally(notMember());
            return;
        }
        phase = Phase.MEMBER;
        started.complete(new Started(Optional.of(memberId)));
        delivery.credit(request.credit());
        takeUp();
    }

    /** Takes up what the coordinator told, in order. */
    private void takeUp() {
        while (phase == Phase.MEMBER && !takingUp && !told.isEmpty()) {
            told.remove().run();
        }
    }

    private void assigned(Assignment assignment) {
        for (TopicPartition gone : holdings.retain(assignment.partitions())) {
            delivery.remove(gone);
        }
        SortedSet<TopicPartition> fresh = holdings.fresh(assignment.partitions());
        takingUp = true;
        place(fresh)
                .whenComplete((offsets, failure) -> turns.execute(() -> {
                    takingUp = false;
                    if (phase == Phase.MEMBER) {
                        generation = assignment.generation();
                        begin(offsets);
                        announce(assignment.waiting());
                        takeUp();
                    }
                }));
    }

    /** The offset at which the group goes on in each partition; those that cannot be told now are absent. */
    private CompletionStage<Map<TopicPartition, OptionalLong>> place(Set<TopicPartition> partitions) {
        CompletionStage<Map<TopicPartition, OptionalLong>> all = CompletableFuture.completedFuture(new TreeMap<>());
        for (TopicPartition partition : partitions) {
            CompletionStage<OptionalLong> one = source.resume(group, partition, request.start())
                    .handle((offset, failure) -> {
                        if (failure != null) {
                            LOG.debug("position unknown group={} partition={}", group, partition, failure);
                            return OptionalLong.empty();
                        }
                        return OptionalLong.of(offset);
                    });
            all = all.thenCombine(one, (offsets, offset) -> {
                offsets.put(partition, offset);
                return offsets;
            });
        }
        return all;
    }

    private void begin(Map<TopicPartition, OptionalLong> offsets) {
        offsets.forEach((partition, offset) -> {
            if (offset.isPresent()) {
                holdings.reading(partition, offset.getAsLong());
                delivery.add(partition, offset.getAsLong());
            } else {
                holdings.unplaced(partition);
            }
        });
    }

    private void announce(Optional<String> waiting) {
        SortedMap<TopicPartition, OptionalLong> offsets = new TreeMap<>();
        delivery.positions().forEach((partition, offset) -> offsets.put(partition, OptionalLong.of(offset)));
        holdings.unplaced().forEach(partition -> offsets.put(partition, OptionalLong.empty()));
        outlet.assigned(generation, offsets, waiting);
    }

    private void revoked(int revokedGeneration, Set<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            OptionalLong position =
                    delivery.holds(partition) ? OptionalLong.of(delivery.position(partition)) : OptionalLong.empty();
            delivery.remove(partition);
            holdings.givingUp(partition, position);
        }
        outlet.revoked(revokedGeneration, new TreeSet<>(partitions));
        releaseSettled();
        if (request.autoCommit()) {
            commitReceived();
        }
    }

    private void releaseSettled() {
        SortedSet<TopicPartition> settled = holdings.takeSettled();
        if (!settled.isEmpty()) {
            release(settled);
        }
    }

    private CompletionStage<Void> release(Set<TopicPartition> partitions) {
        return coordinator.released(group, memberId, partitions).whenComplete((done, failure) -> {
            if (failure != null) { // it takes them by itself after the rebalance time-out
                LOG.debug("partitions not released group={} member={}", group, memberId, failure);
            }
        });
    }

    @Override
    public CompletionStage<Void> released(Set<Integer> partitions) {
        Set<TopicPartition> done = new TreeSet<>();
        for (int number : partitions) {
            TopicPartition partition = partition(number);
            if (!holdings.isGivingUp(partition)) {
                return CompletableFuture.failedFuture(new BarnabasException(
                        ErrorCode.NOT_ASSIGNED, "partition " + number + " is not being given up"));
            }
            done.add(partition);
        }
        holdings.remove(done);
        return inTurn(release(done));
    }

    private void removed(ErrorCode code, String reason) {
        phase = Phase.OVER;
        delivery.close();
        outlet.ended(new BarnabasException(code, reason));
    }

    @Override
    public long credit(long records) {
        settings.requireCredit(delivery.credit(), records);
        delivery.credit(records);
        return delivery.credit();
    }

    @Override
    public CompletionStage<Void> commit(Map<Integer, CommittedOffset> offsets, OptionalInt asked) {
        if (phase != Phase.MEMBER) {
            return CompletableFuture.failedFuture(notMember());
        }
        Map<TopicPartition, CommittedOffset> named = new HashMap<>();
        offsets.forEach((number, offset) -> named.put(partition(number), offset));
        return commit(named, asked.orElse(generation));
    }

    /** Completes in a turn, with what is settled by it released. */
    private CompletionStage<Void> commit(Map<TopicPartition, CommittedOffset> offsets, int asGeneration) {
        Map<TopicPartition, Long> plain = new HashMap<>();
        offsets.forEach((partition, offset) -> plain.put(partition, offset.offset()));
        return inTurn(coordinator.commit(group, new Committer.Member(memberId, asGeneration), offsets))
                .thenRun(() -> {
                    holdings.committed(plain);
                    if (phase == Phase.MEMBER) {
                        releaseSettled();
                    }
                });
    }

    /**
     * Commits what has been sent until now, once the reader's end has received it; after the one that is under way. As
     * the generation of now: should a partition go and come back meanwhile, its commit must not count.
     */
    private CompletionStage<Void> commitReceived() {
        if (committing != null) {
            return committing.thenCompose(before -> commitReceived());
        }
        SortedMap<TopicPartition, Long> sent = holdings.uncommitted(delivery.positions());
        if (sent.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        int asGeneration = generation;
        Map<TopicPartition, CommittedOffset> offsets = new HashMap<>();
        sent.forEach((partition, offset) -> offsets.put(partition, new CommittedOffset(offset, "")));
        CompletableFuture<Void> done = new CompletableFuture<>();
        committing = done;
        inTurn(outlet.received())
                .thenCompose(received -> commit(offsets, asGeneration))
                .whenComplete((committed, failure) -> {
                    committing = null;
                    if (failure != null) {
                        LOG.debug("auto-commit failed group={} member={}", group, memberId, failure);
                    }
                    done.complete(null);
                });
        return done;
    }

    @Override
    public CompletionStage<Long> seek(int partition, StartPosition start) {
        return Seeks.seek(partition(partition), start, source, delivery, turns).whenComplete((offset, failure) -> {
            if (failure == null) {
                holdings.reading(partition(partition), offset);
            }
        });
    }

    @Override
    public CompletionStage<Void> unsubscribe() {
        if (phase != Phase.MEMBER) {
            return CompletableFuture.failedFuture(notMember());
        }
        if (!request.autoCommit()) {
            return end();
        }
        for (TopicPartition partition : delivery.positions().keySet()) {
            OptionalLong position = OptionalLong.of(delivery.position(partition));
            delivery.remove(partition);
            holdings.givingUp(partition, position);
        }
        return commitReceived().thenCompose(done -> end());
    }

    private CompletionStage<Void> end() {
        delivery.close();
        if (phase != Phase.MEMBER) {
            return CompletableFuture.completedFuture(null);
        }
        phase = Phase.LEAVING;
        return inTurn(leave()).handle((done, failure) -> {
            phase = Phase.OVER;
            return null;
        });
    }

    private CompletionStage<Void> leave() {
        return coordinator.leave(group, memberId).whenComplete((done, failure) -> {
            if (failure != null) { // the coordinator takes it for dead after the session time-out
                LOG.debug("member could not leave group={} member={}", group, memberId, failure);
            }
        });
    }

    @Override
    public void writable() {
        delivery.pump();
    }

    @Override
    public void tick(long nanoTime) {
        if (phase != Phase.MEMBER) {
            return;
        }
        if (heartbeat.due(nanoTime)) {
            beat();
        }
        if (request.autoCommit() && autoCommit.due(nanoTime) && committing == null) {
            commitReceived();
        }
        if (recheck.due(nanoTime)) {
            placeAgain();
            delivery.recheck();
        }
    }

    private void beat() {
        inTurn(coordinator.heartbeat(group, memberId)).whenComplete((done, failure) -> {
            if (failure != null && phase == Phase.MEMBER) {
                BarnabasException known = BarnabasException.of(failure);
                if (known.code() == ErrorCode.UNKNOWN_MEMBER) {
                    removed(known.code(), known.getMessage());
                }
            }
        });
    }

    private void placeAgain() {
        SortedSet<TopicPartition> unplaced = holdings.unplaced();
        if (unplaced.isEmpty() || takingUp) {
            return;
        }
        takingUp = true;
        place(unplaced)
                .whenComplete((offsets, failure) -> turns.execute(() -> {
                    takingUp = false;
                    if (phase == Phase.MEMBER) {
                        offsets.values().removeIf(OptionalLong::isEmpty);
                        offsets.keySet().removeIf(partition -> !holdings.isUnplaced(partition));
                        begin(offsets);
                        if (!offsets.isEmpty()) {
                            announce(Optional.empty());
                        }
                        takeUp();
                    }
                }));
    }

    /** Leaves at once: whatever the reader's end has received since the last commit is sent again to another. */
    @Override
    public CompletionStage<Void> close() {
        if (phase == Phase.JOINING) {
            phase = Phase.OVER;
        }
        return end();
    }

    private TopicPartition partition(int number) {
        return new TopicPartition(request.topic(), number);
    }

    private BarnabasException notMember() {
        return new BarnabasException(
                ErrorCode.ILLEGAL_STATE, "the subscription is not a member of group '" + group + "' now");
    }

    /** The same outcome, in a turn. */
    private <T> CompletionStage<T> inTurn(CompletionStage<T> stage) {
        CompletableFuture<T> inTurn = new CompletableFuture<>();
        stage.whenComplete((value, failure) -> turns.execute(() -> {
            if (failure != null) {
                inTurn.completeExceptionally(BarnabasException.of(failure));
            } else {
                inTurn.complete(value);
            }
        }));
        return inTurn;
    }

    /** Queues what the coordinator tells. */
    private final class Listener implements MemberListener {
        @Override
        public void assigned(Assignment assignment) {
            tell(() -> GroupSubscription.this.assigned(assignment));
        }

        @Override
        public void revoked(int revokedGeneration, Set<TopicPartition> partitions) {
            tell(() -> GroupSubscription.this.revoked(revokedGeneration, partitions));
        }

        @Override
        public void removed(ErrorCode code, String reason) {
            tell(() -> GroupSubscription.this.removed(code, reason));
        }

        private void tell(Runnable news) {
            turns.execute(() -> {
                told.add(news);
                takeUp();
            });
        }
    }
}
