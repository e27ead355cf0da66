package io.barnabas.broker.consumer;

import static java.util.Objects.requireNonNull;

import io.barnabas.group.GroupCoordinator.Committer;
import io.barnabas.group.GroupCoordinator.ConsumerInstance;
import io.barnabas.group.GroupCoordinator.JoinRequest;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * An instance's tie to its group: what the coordinator journals of it (settings, subscription, member id), and the
 * {@link Membership} that comes of it. Joins, stays a member and leaves, and has written down what changed.
 *
 * <p>Used by its {@link Instance} and that one's {@link Commits}. Confined to the instance's turns; what answers with a
 * stage is done inside of a call, so that it never meets another.
 */
final class Enrolment {
    private final Services services;
    private final String group;
    private final String name;
    private final Turns turns;
    private final Positions positions;
    private final Membership.Events events;

    private ConsumerInstance journaled;
    private InstanceSettings settings;
    private Subscription subscription;
    private Membership membership;

    /** @param positions dropped where the partitions they belong to go */
    Enrolment(
            Services services,
            String group,
            ConsumerInstance journaled,
            Turns turns,
            Positions positions,
            Membership.Events events) {
        this.services = requireNonNull(services, "services");
        this.group = group;
        this.name = journaled.name();
        this.turns = requireNonNull(turns, "turns");
        this.positions = requireNonNull(positions, "positions");
        this.events = requireNonNull(events, "events");
        adopt(journaled);
    }

    String group() {
        return group;
    }

    String name() {
        return name;
    }

    InstanceSettings settings() {
        return settings;
    }

    int sessionTimeoutMs() {
        return settings.sessionTimeoutMs().orElse(services.settings().sessionTimeoutMs());
    }

    Subscription subscription() {
        return subscription;
    }

    /** Another one after the subscription was changed elsewhere: ask anew each time. */
    Membership membership() {
        return membership;
    }

    /** The partitions to read now. */
    Set<TopicPartition> partitions() {
        return subscription instanceof Subscription.Assigned assigned ? assigned.partitions() : membership.held();
    }

    Assignments assignments() {
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

    /** The topics that a subscription means at the moment. */
    Set<String> topicsOf(Subscription wanted) {
        if (wanted instanceof Subscription.Topics topics) {
            return topics.names();
        }
        if (wanted instanceof Subscription.Pattern pattern) {
            return pattern.pattern().matching(services.topics().names());
        }
        return Set.of();
    }

    /**
     * As whom commits are made.
     *
     * @throws BarnabasException {@code ILLEGAL_STATE} while the instance ought to be a member and is not
     */
    Committer committer() {
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

    /** Looks the instance up in the journal, which restarts its idle time, and follows what changed there. */
    CompletionStage<Void> refresh() {
        return services.coordinator().instance(group, name).thenAcceptAsync(this::follow, turns);
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
            membership = new Membership(turns, events, now.memberId());
            subscription = Subscription.of(now);
            positions.clear();
        }
    }

    /** Joins where the instance is not the member it ought to be, and shows that it lives where it is. */
    CompletionStage<Void> keepMembership() {
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

    CompletionStage<Void> join(Set<String> topics) {
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

    /** Leaves the group at once; what the instance held, and its positions, are gone. */
    CompletionStage<Void> leave() {
        Optional<String> member = membership.memberId();
        end();
        if (member.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return orElse(
                services.coordinator().leave(group, member.get()),
                ErrorCode.UNKNOWN_MEMBER,
                () -> CompletableFuture.completedFuture(null));
    }

    /** Hears and holds nothing from now on; the coordinator is not told. */
    void end() {
        membership.left();
        positions.clear();
    }

    /** Tells the group that revoked partitions are free for others. */
    CompletionStage<Void> release(Set<TopicPartition> partitions) {
        return membership
                .memberId()
                .map(member -> services.coordinator().released(group, member, partitions))
                .orElse(CompletableFuture.completedFuture(null));
    }

    private CompletionStage<Void> journalMember() {
        return membership.memberId().equals(journaled.memberId())
                ? CompletableFuture.completedFuture(null)
                : journal(subscription);
    }

    /** Has the subscription, and the member id as it is, written down; they count once they are. */
    CompletionStage<Void> journal(Subscription next) {
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
}
