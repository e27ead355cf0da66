package io.barnabas.broker.subscription;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.StartPosition;
import io.barnabas.broker.subscription.MemberPhase.InGroup;
import io.barnabas.broker.subscription.MemberPhase.Joining;
import io.barnabas.broker.subscription.MemberPhase.Leaving;
import io.barnabas.broker.subscription.MemberPhase.Over;
import io.barnabas.broker.subscription.MemberPhase.Rejoining;
import io.barnabas.group.GroupCoordinator;
import io.barnabas.group.GroupCoordinator.Assignment;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.JoinRequest;
import io.barnabas.group.GroupCoordinator.Joined;
import io.barnabas.group.GroupCoordinator.MemberListener;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member of a group: see {@link MemberPhase}.
 *
 * <p>An assignment is announced when the offsets of its new partitions are known; what the coordinator tells after it
 * waits, see {@link CoordinatorNews}. A revoked partition is given back as soon as nothing that was
 * sent of it is left to be committed, or the reader says that it is done; else the coordinator takes it after the
 * rebalance time-out. With {@code autoCommit} the member commits what the reader's end has received.
 *
 * <p>When the coordinator moves, the member joins again in place and reads on meanwhile; its commits wait for that. The
 * reader's end hears of it only when something has changed.
 *
 * <p>Confined to its turns.
 */
final class GroupSubscription implements Subscription {
    private static final Logger LOG = LoggerFactory.getLogger(GroupSubscription.class);

    /** Heartbeats in one session time-out: some may be late. */
    private static final int HEARTBEATS_PER_SESSION = 4;

    private final SubscribeRequest request;
    private final String group;
    private final RecordSource source;
    private final GroupCoordinator coordinator;
    private final Outlet outlet;
    private final Executor turns;
    private final SubscriptionSettings settings;
    private final Delivery delivery;
    private final Holdings holdings = new Holdings();
    private final MemberReading reading;
    private final Repeat heartbeat;
    private final Repeat autoCommit;
    private final Repeat recheck;

    private final CoordinatorNews news;

    private MemberPhase phase = new Joining();

    /** Null before the member has joined. */
    private MemberCommits commits;

    private int generation;

    /** What the reader's end was told last; null before the first time. */
    private Assignment announced;

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
        this.reading = new MemberReading(group, request.start(), source, holdings, delivery, outlet);
        this.news = new CoordinatorNews(turns, () -> phase instanceof InGroup);
        this.heartbeat = new Repeat(settings.sessionTimeoutMs() / HEARTBEATS_PER_SESSION);
        this.autoCommit = new Repeat(settings.autoCommitIntervalMs());
        this.recheck = new Repeat(settings.recheckIntervalMs());
    }

    @Override
    public CompletionStage<Started> start() {
        source.partitionCount(request.topic()); // UNKNOWN_TOPIC now, not as a member that waits for ever
        CompletableFuture<Started> started = new CompletableFuture<>();
        coordinator
                .join(group, joinAs(Optional.empty()), news.of(new Listener()))
                .whenComplete((joined, failure) -> turns.execute(() -> joined(started, joined, failure)));
        return started;
    }

    private JoinRequest joinAs(Optional<String> memberId) {
        return new JoinRequest(
                memberId,
                request.clientId(),
                Set.of(request.topic()),
                request.assignor(),
                settings.sessionTimeoutMs(),
                settings.rebalanceTimeoutMs());
    }

    private void joined(CompletableFuture<Started> started, Joined joined, Throwable failure) {
        if (failure != null) {
            phase = new Over();
            started.completeExceptionally(BarnabasException.of(failure));
            return;
        }
        String memberId = joined.memberId();
        if (!(phase instanceof Joining)) { // closed meanwhile
            leave(memberId);
            started.completeExceptionally(notMember());
            return;
        }
        phase = new InGroup(memberId);
        commits = new MemberCommits(group, memberId, coordinator, holdings, delivery, outlet, turns);
        started.complete(new Started(Optional.of(memberId)));
        delivery.credit(request.credit());
        news.takeUp();
    }

    private void assigned(Assignment assignment) {
        SortedSet<TopicPartition> fresh = reading.retain(assignment.partitions());
        delivery.rest(false);
        if (fresh.isEmpty() && assignment.equals(announced)) {
            return; // the member joined again, and nothing has changed
        }
        place(fresh, offsets -> {
            generation = assignment.generation();
            reading.begin(offsets);
            announced = assignment;
            reading.announce(generation, assignment.waiting());
        });
    }

    /** Finds where to begin, unless the member leaves meanwhile; what the coordinator tells waits for it. */
    private void place(Set<TopicPartition> partitions, Consumer<Map<TopicPartition, OptionalLong>> placed) {
        news.hold();
        reading.place(partitions)
                .whenComplete((offsets, failure) -> turns.execute(() -> {
                    news.release();
                    if (phase.memberId().isPresent()) {
                        placed.accept(offsets);
                        news.takeUp();
                    }
                }));
    }

    private void revoked(int revokedGeneration, Set<TopicPartition> partitions) {
        reading.giveUp(partitions);
        announced = null;
        outlet.revoked(revokedGeneration, new TreeSet<>(partitions));
        commits.releaseSettled();
        if (request.autoCommit()) {
            commits.commitReceived(generation);
        }
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
        return commits.release(done);
    }

    private void removed(ErrorCode code, String reason) {
        if (phase instanceof InGroup in && GroupCoordinator.joinsAgain(code)) {
            LOG.debug("member joins again group={} member={} code={}", group, in.id(), code);
            rejoin(in.toRejoining());
            return;
        }
        phase = new Over();
        delivery.close();
        outlet.ended(new BarnabasException(code, reason));
    }

    private void rejoin(Rejoining rejoining) {
        phase = rejoining.asking(true);
        coordinator
                .join(group, joinAs(Optional.of(rejoining.id())), news.of(new Listener()))
                .whenComplete((joined, failure) -> turns.execute(() -> rejoined(failure)));
    }

    private void rejoined(Throwable failure) {
        if (!(phase instanceof Rejoining rejoining)) { // it left meanwhile
            return;
        }
        if (failure == null) {
            phase = rejoining.toInGroup();
            news.takeUp();
            return;
        }
        BarnabasException known = BarnabasException.of(failure);
        if (known.code().retriable()) {
            phase = rejoining.asking(false); // the next tick tries again
        } else {
            removed(known.code(), known.getMessage());
        }
    }

    /** Time passes while the coordinator is away. */
    private void tick(Rejoining before, long nanoTime) {
        Rejoining now = before.since(nanoTime);
        phase = now;
        long patienceNanos = TimeUnit.MILLISECONDS.toNanos(settings.rebalanceTimeoutMs());
        if (now.overdue(nanoTime, patienceNanos, coordinator.expelled())) {
            phase = now.toResting();
            delivery.rest(true);
            BarnabasException away = new BarnabasException(
                    ErrorCode.REBALANCING,
                    "the coordinator of group '" + group + "' is away, reading goes on after it");
            delivery.positions().keySet().forEach(partition -> outlet.failed(partition, away));
        }
        if (phase instanceof Rejoining rejoining && !rejoining.asking()) {
            rejoin(rejoining);
        }
    }

    @Override
    public long credit(long records) {
        settings.requireCredit(delivery.credit(), records);
        delivery.credit(records);
        return delivery.credit();
    }

    @Override
    public CompletionStage<Void> commit(Map<Integer, CommittedOffset> offsets, OptionalInt asked) {
        if (phase.memberId().isEmpty()) {
            return CompletableFuture.failedFuture(notMember());
        }
        Map<TopicPartition, CommittedOffset> named = new HashMap<>();
        offsets.forEach((number, offset) -> named.put(partition(number), offset));
        return commits.commit(named, asked.orElse(generation));
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
        if (phase.memberId().isEmpty()) {
            return CompletableFuture.failedFuture(notMember());
        }
        if (!request.autoCommit()) {
            return end();
        }
        reading.giveUp(delivery.positions().keySet());
        return commits.commitReceived(generation).thenCompose(done -> end());
    }

    private CompletionStage<Void> end() {
        delivery.close();
        Optional<String> memberId = phase.memberId();
        if (memberId.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        phase = new Leaving();
        return Stages.inTurn(leave(memberId.get()), turns).handle((done, failure) -> {
            phase = new Over();
            return null;
        });
    }

    private CompletionStage<Void> leave(String memberId) {
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
        if (phase instanceof Rejoining rejoining) {
            tick(rejoining, nanoTime);
        }
        if (phase instanceof InGroup in) {
            if (heartbeat.due(nanoTime)) {
                beat(in.id());
            }
            if (request.autoCommit() && autoCommit.due(nanoTime) && !commits.busy()) {
                commits.commitReceived(generation);
            }
        }
        if (phase.memberId().isPresent() && recheck.due(nanoTime)) {
            placeAgain();
            delivery.recheck();
        }
    }

    private void beat(String memberId) {
        Stages.inTurn(coordinator.heartbeat(group, memberId), turns).whenComplete((done, failure) -> {
            if (failure != null && phase instanceof InGroup) {
                BarnabasException known = BarnabasException.of(failure);
                if (known.code() == ErrorCode.UNKNOWN_MEMBER) {
                    removed(known.code(), known.getMessage());
                }
            }
        });
    }

    private void placeAgain() {
        SortedSet<TopicPartition> unplaced = holdings.unplaced();
        if (unplaced.isEmpty() || news.held()) {
            return;
        }
        place(unplaced, offsets -> {
            offsets.values().removeIf(OptionalLong::isEmpty);
            offsets.keySet().removeIf(partition -> !holdings.isUnplaced(partition));
            reading.begin(offsets);
            if (!offsets.isEmpty()) {
                reading.announce(generation, Optional.empty());
            }
        });
    }

    /** Leaves at once: whatever the reader's end has received since the last commit is sent again to another. */
    @Override
    public CompletionStage<Void> close() {
        if (phase instanceof Joining) {
            phase = new Over();
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

    /** What the coordinator tells, in a turn. */
    private final class Listener implements MemberListener {
        @Override
        public void assigned(Assignment assignment) {
            GroupSubscription.this.assigned(assignment);
        }

        @Override
        public void revoked(int revokedGeneration, Set<TopicPartition> partitions) {
            GroupSubscription.this.revoked(revokedGeneration, partitions);
        }

        @Override
        public void removed(ErrorCode code, String reason) {
            GroupSubscription.this.removed(code, reason);
        }
    }
}
