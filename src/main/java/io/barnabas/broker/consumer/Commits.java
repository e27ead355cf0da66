package io.barnabas.broker.consumer;

import static java.util.Objects.requireNonNull;

import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.TopicPartition;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an instance commits, by wish or by itself, and how it lets go of revoked partitions, which follows from it.
 *
 * <p>Used by its {@link Instance}. Confined to the instance's turns; what answers with a stage is done inside of a call,
 * so that it never meets another.
 */
final class Commits {
    private static final Logger LOG = LoggerFactory.getLogger(Commits.class);

    private final Services services;
    private final Turns turns;
    private final Sequence calls;
    private final Positions positions;
    private final Enrolment enrolment;
    private final PollSlot polls;

    Commits(Services services, Turns turns, Sequence calls, Positions positions, Enrolment enrolment, PollSlot polls) {
        this.services = requireNonNull(services, "services");
        this.turns = requireNonNull(turns, "turns");
        this.calls = requireNonNull(calls, "calls");
        this.positions = requireNonNull(positions, "positions");
        this.enrolment = requireNonNull(enrolment, "enrolment");
        this.polls = requireNonNull(polls, "polls");
    }

    /** Commits what is given, or everything that was returned so far. */
    CompletionStage<Void> commit(Optional<Map<TopicPartition, CommittedOffset>> given) {
        return store(given.orElseGet(() -> offsets(positions.returned())));
    }

    /** Commits what was returned so far when auto commit is on; does not fail. */
    CompletionStage<Void> commitReturned() {
        Map<TopicPartition, Long> returned = positions.returned();
        if (!enrolment.settings().autoCommit() || returned.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return quietly(() -> store(offsets(returned)));
    }

    /** Lets go of revoked partitions whose records are settled: committed, or never returned, and not on their way. */
    void settleRevoked() {
        Membership membership = enrolment.membership();
        Set<TopicPartition> settled = new HashSet<>(membership.leaving());
        settled.removeAll(polls.inFlight());
        if (!enrolment.settings().autoCommit()) {
            settled.removeAll(positions.returned().keySet());
        }
        if (settled.isEmpty()) {
            return;
        }
        Map<TopicPartition, CommittedOffset> owed = offsets(positions.returned(settled));
        membership.released(settled);
        positions.forgetReturned(settled);
        whenDone("release", calls.run(() -> quietly(() -> store(owed))
                .thenComposeAsync(done -> enrolment.release(settled), turns)));
    }

    /** A commit nobody asked for must not fail the call that brought it about: the records are returned again. */
    private CompletionStage<Void> quietly(Supplier<CompletionStage<Void>> commit) {
        return commit.get().exceptionally(failure -> {
            LOG.info(
                    "auto commit refused group={} member={} reason={}",
                    enrolment.group(),
                    enrolment.name(),
                    BarnabasException.of(failure).getMessage());
            return null;
        });
    }

    private CompletionStage<Void> store(Map<TopicPartition, CommittedOffset> offsets) {
        if (offsets.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return services.coordinator()
                .commit(enrolment.group(), enrolment.committer(), offsets)
                .thenAcceptAsync(
                        done -> {
                            offsets.forEach(
                                    (partition, committed) -> positions.committed(partition, committed.offset()));
                            settleRevoked();
                        },
                        turns);
    }

    private static Map<TopicPartition, CommittedOffset> offsets(Map<TopicPartition, Long> next) {
        Map<TopicPartition, CommittedOffset> offsets = new HashMap<>();
        next.forEach((partition, offset) -> offsets.put(partition, new CommittedOffset(offset, "")));
        return offsets;
    }

    private void whenDone(String what, CompletionStage<Void> call) {
        call.whenComplete((done, failure) -> {
            if (failure != null) {
                LOG.info(
                        "call in the background refused what={} group={} member={} reason={}",
                        what,
                        enrolment.group(),
                        enrolment.name(),
                        BarnabasException.of(failure).getMessage());
            }
        });
    }
}
