package io.barnabas.broker.consumer;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.StartPosition;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.Committer;
import io.barnabas.group.GroupCoordinator.ConsumerInstance;
import io.barnabas.group.GroupCoordinator.JoinRequest;
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
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP consumer instance at work on this node. Public methods may be called from anywhere; everything else happens
 * in its turns, and calls that change something one after the other.
 *
 * <p>At least once: a position moves when an answer was handed over; what was returned is committed by the client, or
 * by the next poll, the close or a rebalance when auto commit is on.
 */
final class Instance implements Membership.Events {
    private static final Logger LOG = LoggerFactory.getLogger(Instance.class);

    private final Services services;
    private final String group;
    private final String name;
    private final Turns turns;
    private final Sequence calls;
    private final Positions positions = new Positions();
    private final PollSlot polls;

    private ConsumerInstance journaled;
    private InstanceSettings settings;
    private Subscription subscription;
    private Membership membership;

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
        adopt(journaled);
        touch();
    }

    /** Looks the instance up in the journal, which restarts its idle time, and follows what changed there. */
    CompletableFuture<Void> refresh() {
        touch();
        return calls.run(() -> services.coordinator().instance(group, name).thenAcceptAsync(this::follow, turns));
    }

    private void touch() {
        usedAtNanos = services.nanoTime().getAsLong();
    }

    boolean idle(long nowNanos) {
        return nowNanos - usedAtNanos > services.settings().idleTimeoutMs() * 1_000_000L;
    }

    private void follow(ConsumerInstance now) {
        if (!now.equals(journaled)) {
            adopt(now);
        }
    }

    private void adopt(ConsumerInstance now) {
        Map<String, Object> fields = new HashMap<>(now.settings());
        boolean sameSubscription = journaled != null
                && now.topics().equals(journaled.topics())
                && now.topicPattern().equals(journaled.topicPattern())
                && now.assignments().equals(journaled.assignments());
        settings = InstanceSettings.of(fields);
        journaled = now;
        if (!sameSubscription) {
            if (membership != null) {
                membership.left();
            }
            membership = new Membership(turns, this, now.memberId());
            subscription = Subscription.of(now);
            positions.clear();
        }
    }

    CompletableFuture<Polled> poll(PollRequest request) {
        touch();
        return polls.poll(request);
    }

    CompletableFuture<Void> subscribe(Subscription wanted) {
        return calls.run(() -> {
            requireOpen();
            requireCompatible(wanted);
            Set<String> topics = topicsOf(wanted);
            if (wanted instanceof Subscription.Topics named) {
                named.names().forEach(services.topics()::topic);
            }
            // The group may refuse the topics: only what it took is journaled.
            CompletionStage<Void> joined = topics.isEmpty() ? CompletableFuture.completedFuture(null) : join(topics);
            return joined.thenComposeAsync(done -> journal(wanted), turns).thenRunAsync(polls::wake, turns);
        });
    }

    CompletableFuture<Void> unsubscribe() {
        return calls.run(() -> commitReturned()
                .thenComposeAsync(done -> leave(), turns)
                .thenComposeAsync(done -> journal(new Subscription.None()), turns)
                .thenRunAsync(polls::wake, turns));
    }

    CompletableFuture<Void> assign(Set<TopicPartition> partitions) {
        return calls.run(() -> {
            requireOpen();
            Subscription wanted = new Subscription.Assigned(partitions);
            requireCompatible(wanted);
            partitions.forEach(partition -> services.topics().view().topicWith(partition));
            return commitReturned()
                    .thenComposeAsync(done -> journal(wanted), turns)
                    .thenRunAsync(polls::wake, turns);
        });
    }

    CompletableFuture<Subscription> subscription() {
        return calls.run(() -> CompletableFuture.completedFuture(subscription));
    }

    CompletableFuture<Assignments> assignments() {
        return calls.run(() -> CompletableFuture.completedFuture(currentAssignments()));
    }

    private Assignments currentAssignments() {
        if (subscription instanceof Subscription.Assigned assigned) {
            return new Assignments(assigned.partitions(), 0, Optional.empty());
        }
        if (subscription instanceof Subscription.None) {
            return new Assignments(Set.of(), 0, Optional.of("the instance is not subscribed"));
        }
        Optional<String> waiting = membership.waiting();
        if (!membership.joined()) {
            waiting = Optional.of("the instance joins the group with its next poll or heartbeat");
        } else if (membership.awaitsAssignment()) {
            waiting = Optional.of("the group is rebalancing");
        }
        return new Assignments(
                membership.held(), membership.generation(), membership.held().isEmpty() ? waiting : Optional.empty());
    }

    /** Commits what is given, or everything that was returned so far. */
    CompletableFuture<Void> commit(Optional<Map<TopicPartition, CommittedOffset>> given) {
        return calls.run(() -> {
            requireOpen();
            return store(given.orElseGet(() -> offsets(positions.returned())));
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
            return keepMembership();
        });
    }

    /** Commits what auto commit owes, leaves the group and forgets the instance. */
    CompletableFuture<Void> delete() {
        return calls.run(() -> commitReturned()
                .thenComposeAsync(done -> services.coordinator().deleteInstance(group, name), turns)
                .thenRunAsync(() -> end(ErrorCode.UNKNOWN_INSTANCE, "it was deleted"), turns));
    }

    /** The journal does not know the instance any more, or this node forgets it: nothing is journaled about that. */
    void forget(ErrorCode code, String reason) {
        turns.execute(() -> end(code, reason));
    }

    private void end(ErrorCode code, String reason) {
        ended = Optional.of(new BarnabasException(code, "instance '" + name + "' of group '" + group + "': " + reason));
        membership.left();
        positions.clear();
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
        return settings;
    }

    Positions positions() {
        return positions;
    }

    int sessionTimeoutMs() {
        return settings.sessionTimeoutMs().orElse(services.settings().sessionTimeoutMs());
    }

    void requirePartitions() {
        requireOpen();
        if (subscription instanceof Subscription.None) {
            throw new BarnabasException(
                    ErrorCode.ILLEGAL_STATE,
                    "instance '" + name + "' is not subscribed to a topic and has no partitions assigned");
        }
    }

    /** The partitions to read now. */
    Set<TopicPartition> partitions() {
        return subscription instanceof Subscription.Assigned assigned ? assigned.partitions() : membership.held();
    }

    /** A number below {@code bound} that is another one each time. */
    int nextTurn(int bound) {
        return Math.floorMod(pollCount++, bound);
    }

    /** What a poll does before it reads: commits what the last one returned, and sees to the membership. */
    CompletableFuture<Void> prepare() {
        return calls.run(() -> commitReturned().thenComposeAsync(done -> keepMembership(), turns));
    }

    /** What a poll does while it waits, so that the instance and its member live on. */
    CompletableFuture<Void> keepAlive() {
        touch();
        return calls.run(() -> services.coordinator()
                .instance(group, name)
                .thenAcceptAsync(this::follow, turns)
                .thenComposeAsync(done -> keepMembership(), turns));
    }

    /** Finds positions for the partitions that have none. */
    CompletionStage<Void> resolvePositions() {
        Set<TopicPartition> unknown = new HashSet<>(partitions());
        unknown.removeIf(partition -> positions.place(partition) != null);
        if (unknown.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return services.positioning()
                .resume(group, unknown, settings.start())
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
        if (partitions().contains(partition) || membership.leaving().contains(partition)) {
            positions.handedOver(partition, from, nextOffset);
        }
    }

    /** Lets go of revoked partitions whose records are settled: committed, or never returned, and not on their way. */
    void settleRevoked() {
        Set<TopicPartition> settled = new HashSet<>(membership.leaving());
        settled.removeAll(polls.inFlight());
        if (!settings.autoCommit()) {
            settled.removeAll(positions.returned().keySet());
        }
        if (settled.isEmpty()) {
            return;
        }
        Map<TopicPartition, CommittedOffset> owed = offsets(positions.returned(settled));
        membership.released(settled);
        positions.forgetReturned(settled);
        whenDone("release", calls.run(() -> quietly(() -> store(owed))
                .thenComposeAsync(done -> release(settled), turns)));
    }

    private CompletionStage<Void> release(Set<TopicPartition> partitions) {
        return membership
                .memberId()
                .map(member -> services.coordinator().released(group, member, partitions))
                .orElse(CompletableFuture.completedFuture(null));
    }

    @Override
    public void assignmentChanged() {
        positions.keep(membership.held(), membership.leaving());
        settleRevoked();
        polls.wake();
    }

    @Override
    public void revoked() {
        positions.keep(membership.held(), membership.leaving());
        settleRevoked();
    }

    // --- the group; in a turn, inside of a call

    private Set<String> topicsOf(Subscription wanted) {
        if (wanted instanceof Subscription.Topics topics) {
            return topics.names();
        }
        if (wanted instanceof Subscription.Pattern pattern) {
            return pattern.pattern().matching(services.topics().names());
        }
        return Set.of();
    }

    private CompletionStage<Void> keepMembership() {
        Set<String> wanted = topicsOf(subscription);
        if (wanted.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        if (!membership.joinedAs(wanted)) {
            return join(wanted).thenComposeAsync(done -> journalMember(), turns);
        }
        String member = membership.memberId().orElseThrow();
        return orElse(services.coordinator().heartbeat(group, member), ErrorCode.UNKNOWN_MEMBER, () -> {
            loseMembership();
            return join(wanted).thenComposeAsync(done -> journalMember(), turns);
        });
    }

    private void loseMembership() {
        membership.forget();
        positions.clear();
    }

    private CompletionStage<Void> join(Set<String> topics) {
        CompletionStage<Void> joined = joinOnce(topics);
        if (membership.memberId().isEmpty()) {
            return joined;
        }
        return orElse(joined, ErrorCode.UNKNOWN_MEMBER, () -> {
            loseMembership();
            return joinOnce(topics);
        });
    }

    private CompletionStage<Void> joinOnce(Set<String> topics) {
        JoinRequest request = new JoinRequest(
                membership.memberId(),
                name,
                topics,
                settings.assignor(),
                sessionTimeoutMs(),
                services.settings().rebalanceTimeoutMs());
        Membership joining = membership;
        return services.coordinator()
                .join(group, request, joining.joining(topics))
                .thenAcceptAsync(joined -> joining.joined(joined.memberId()), turns);
    }

    private CompletionStage<Void> leave() {
        Optional<String> member = membership.memberId();
        membership.left();
        positions.clear();
        if (member.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return orElse(
                services.coordinator().leave(group, member.get()),
                ErrorCode.UNKNOWN_MEMBER,
                () -> CompletableFuture.completedFuture(null));
    }

    private CompletionStage<Void> journalMember() {
        return membership.memberId().equals(journaled.memberId())
                ? CompletableFuture.completedFuture(null)
                : journal(subscription);
    }

    private CompletionStage<Void> journal(Subscription next) {
        Set<TopicPartition> assigned =
                next instanceof Subscription.Assigned assignment ? assignment.partitions() : Set.of();
        ConsumerInstance instance = new ConsumerInstance(
                name,
                journaled.settings(),
                next instanceof Subscription.Topics topics ? topics.names() : Set.of(),
                next instanceof Subscription.Pattern matching
                        ? Optional.of(matching.pattern().expression())
                        : Optional.empty(),
                assigned,
                membership.memberId(),
                journaled.idleTimeoutMs());
        return services.coordinator()
                .updateInstance(group, instance)
                .thenAcceptAsync(
                        done -> {
                            journaled = instance;
                            subscription = next;
                            positions.keep(partitions(), membership.leaving());
                        },
                        turns);
    }

    // --- commits; in a turn, inside of a call

    private CompletionStage<Void> commitReturned() {
        Map<TopicPartition, Long> returned = positions.returned();
        if (!settings.autoCommit() || returned.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return quietly(() -> store(offsets(returned)));
    }

    /** A commit nobody asked for must not fail the call that brought it about: the records are returned again. */
    private CompletionStage<Void> quietly(Supplier<CompletionStage<Void>> commit) {
        return commit.get().exceptionally(failure -> {
            LOG.info(
                    "auto commit refused group={} member={} reason={}",
                    group,
                    name,
                    BarnabasException.of(failure).getMessage());
            return null;
        });
    }

    private CompletionStage<Void> store(Map<TopicPartition, CommittedOffset> offsets) {
        if (offsets.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return services.coordinator()
                .commit(group, committer(), offsets)
                .thenAcceptAsync(
                        done -> {
                            offsets.forEach(
                                    (partition, committed) -> positions.committed(partition, committed.offset()));
                            settleRevoked();
                        },
                        turns);
    }

    private Committer committer() {
        if (subscription instanceof Subscription.Topics || subscription instanceof Subscription.Pattern) {
            return membership
                    .committer()
                    .orElseThrow(() -> new BarnabasException(
                            ErrorCode.ILLEGAL_STATE,
                            "instance '" + name + "' is not a member of group '" + group
                                    + "' at the moment; poll, then commit"));
        }
        return new Committer.Anonymous();
    }

    private static Map<TopicPartition, CommittedOffset> offsets(Map<TopicPartition, Long> next) {
        Map<TopicPartition, CommittedOffset> offsets = new HashMap<>();
        next.forEach((partition, offset) -> offsets.put(partition, new CommittedOffset(offset, "")));
        return offsets;
    }

    private void requireOpen() {
        ended.ifPresent(reason -> {
            throw reason;
        });
    }

    private void requireCompatible(Subscription wanted) {
        if (subscription.excludes(wanted)) {
            throw new BarnabasException(
                    ErrorCode.SUBSCRIPTION_CONFLICT,
                    "subscriptions to topics, to a pattern and assigned partitions exclude each other;"
                            + " DELETE the subscription first");
        }
    }

    /** The stage, or what {@code instead} says when it fails with {@code code}. */
    private CompletionStage<Void> orElse(
            CompletionStage<Void> stage, ErrorCode code, Supplier<CompletionStage<Void>> instead) {
        return stage.handleAsync(
                        (done, failure) -> {
                            if (failure == null) {
                                return CompletableFuture.<Void>completedFuture(null);
                            }
                            BarnabasException known = BarnabasException.of(failure);
                            return known.code() == code ? instead.get() : CompletableFuture.<Void>failedFuture(known);
                        },
                        turns)
                .thenCompose(next -> next);
    }

    private void whenDone(String what, CompletionStage<Void> call) {
        call.whenComplete((done, failure) -> {
            if (failure != null) {
                LOG.info(
                        "call in the background refused what={} group={} member={} reason={}",
                        what,
                        group,
                        name,
                        BarnabasException.of(failure).getMessage());
            }
        });
    }
}
