package io.barnabas.broker.subscription;

import static java.util.Objects.requireNonNull;

import io.barnabas.group.GroupCoordinator;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.Committer;
import io.barnabas.record.TopicPartition;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a member commits and gives back: a revoked partition goes as soon as nothing that was sent of it is left to be
 * committed. Confined to the turns of its subscription.
 */
final class MemberCommits {
    private static final Logger LOG = LoggerFactory.getLogger(MemberCommits.class);

    private final String group;
    private final String memberId;
    private final GroupCoordinator coordinator;
    private final Holdings holdings;
    private final Delivery delivery;
    private final Outlet outlet;
    private final Executor turns;

    /** The commit of what was received that is under way; null when there is none. */
    private CompletionStage<Void> committing;

    MemberCommits(
            String group,
            String memberId,
            GroupCoordinator coordinator,
            Holdings holdings,
            Delivery delivery,
            Outlet outlet,
            Executor turns) {
        this.group = requireNonNull(group, "group");
        this.memberId = requireNonNull(memberId, "memberId");
        this.coordinator = requireNonNull(coordinator, "coordinator");
        this.holdings = requireNonNull(holdings, "holdings");
        this.delivery = requireNonNull(delivery, "delivery");
        this.outlet = requireNonNull(outlet, "outlet");
        this.turns = requireNonNull(turns, "turns");
    }

    /** Whether a commit of what was received is under way. */
    boolean busy() {
        return committing != null;
    }

    /** Completes in a turn, with what is settled by it released. */
    CompletionStage<Void> commit(Map<TopicPartition, CommittedOffset> offsets, int asGeneration) {
        Map<TopicPartition, Long> plain = new HashMap<>();
        offsets.forEach((partition, offset) -> plain.put(partition, offset.offset()));
        return Stages.inTurn(coordinator.commit(group, new Committer.Member(memberId, asGeneration), offsets), turns)
                .thenRun(() -> {
                    holdings.committed(plain);
                    releaseSettled();
                });
    }

    /**
     * Commits what has been sent until now, once the reader's end has received it; after the one that is under way. As
     * the generation of now: should a partition go and come back meanwhile, its commit must not count.
     */
    CompletionStage<Void> commitReceived(int asGeneration) {
        if (committing != null) {
            return committing.thenCompose(before -> commitReceived(asGeneration));
        }
        SortedMap<TopicPartition, Long> sent = holdings.uncommitted(delivery.positions());
        if (sent.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        Map<TopicPartition, CommittedOffset> offsets = new HashMap<>();
        sent.forEach((partition, offset) -> offsets.put(partition, new CommittedOffset(offset, "")));
        CompletableFuture<Void> done = new CompletableFuture<>();
        committing = done;
        Stages.inTurn(outlet.received(), turns)
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

    /** Gives back what is being given up and has nothing left to be committed. */
    void releaseSettled() {
        SortedSet<TopicPartition> settled = holdings.takeSettled();
        if (!settled.isEmpty()) {
            release(settled);
        }
    }

    /** Gives these back; completes in a turn. */
    CompletionStage<Void> release(Set<TopicPartition> partitions) {
        CompletionStage<Void> released = coordinator.released(group, memberId, partitions);
        return Stages.inTurn(released, turns).whenComplete((done, failure) -> {
            if (failure != null) { // it takes them by itself after the rebalance time-out
                LOG.debug("partitions not released group={} member={}", group, memberId, failure);
            }
        });
    }
}
