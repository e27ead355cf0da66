package io.barnabas.group;

import io.barnabas.group.GroupCoordinator.JoinRequest;
import io.barnabas.group.GroupCoordinator.Joined;
import io.barnabas.group.GroupState.Empty;
import io.barnabas.group.Homes.Homeless;
import io.barnabas.group.JournalRecord.GroupChanged;
import io.barnabas.group.JournalRecord.GroupRemoved;
import io.barnabas.group.JournalRecord.MemberChanged;
import io.barnabas.group.JournalRecord.MemberRemoved;
import io.barnabas.group.Notice.Left;
import io.barnabas.group.Notice.Removed;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;

/** Who is in a group: joining, living, leaving. Confined to its shard. */
final class Membership {
    private final GroupTable table;
    private final Rules rules;
    private final Homes homes;
    private final Deadlines<TimeOut> deadlines;
    private final Rebalance rebalance;
    private final Supplier<UUID> uuids;
    private final GroupEvents events;

    Membership(
            GroupTable table,
            Rules rules,
            Homes homes,
            Deadlines<TimeOut> deadlines,
            Rebalance rebalance,
            Supplier<UUID> uuids,
            GroupEvents events) {
        this.table = table;
        this.rules = rules;
        this.homes = homes;
        this.deadlines = deadlines;
        this.rebalance = rebalance;
        this.uuids = uuids;
        this.events = events;
    }

    Joined join(String name, JoinRequest request, Optional<Home> home, Moment now, Changes changes) {
        Rules.requireGroupName(name);
        rules.check(request);
        Optional<Group> known = table.group(name);
        Optional<Member> before = request.memberId()
                .flatMap(
                        memberId -> request.mayBeNew() ? member(name, memberId) : Optional.of(require(name, memberId)));
        GroupHeader header = known.map(Group::header).orElse(GroupHeader.NEW);
        Optional<String> boundTopic = rules.binding(name, header.boundTopic(), request.topics());
        String assignor = assignor(name, known, before, request.assignor());
        if (before.isEmpty()) {
            known.ifPresentOrElse(rules::requireRoomForMember, rules::requireRoomForGroup);
        }
        GroupHeader changed = header.withMembers(assignor, boundTopic);
        if (known.isEmpty() || !changed.equals(header)) {
            changes.write(new GroupChanged(name, changed));
        }
        Member member = member(request, home, before);
        changes.write(new MemberChanged(name, member));
        deadlines.clear(TimeOut.retention(name));
        restartSession(name, member, now);
        Group group = table.group(name).orElseThrow();
        if (before.isPresent() && before.get().topics().equals(member.topics()) && changed.equals(header)) {
            rebalance.tellAgain(group, member, changes);
        } else {
            before.ifPresent(any -> rebalance.tellAgain(group, member, changes));
            rebalance.changed(group, now, changes);
        }
        return new Joined(member.memberId());
    }

    void released(String name, String memberId, Set<TopicPartition> partitions, Moment now, Changes changes) {
        Member member = require(name, memberId);
        restartSession(name, member, now);
        rebalance.released(table.group(name).orElseThrow(), memberId, partitions, now, changes);
    }

    void heartbeat(String name, String memberId, Moment now) {
        restartSession(name, require(name, memberId), now);
    }

    void leave(String name, String memberId, Moment now, Changes changes) {
        require(name, memberId);
        changes.tell(new Left(name, memberId));
        remove(name, memberId, now, changes);
    }

    /** The member's session time-out has passed; it may have gone in the same instant. */
    void expire(String name, String memberId, Moment now, Changes changes) {
        member(name, memberId).ifPresent(member -> {
            String reason = "nothing was heard of the member for " + member.sessionTimeoutMs() + " ms";
            putOut(name, memberId, ErrorCode.UNKNOWN_MEMBER, reason, now, changes);
        });
    }

    /** Members whose home is gone leave, as their connections went with it. */
    List<Homeless> leaveHomeless(Group group, Moment now, Changes changes) {
        List<Homeless> homeless = group.members().values().stream()
                .flatMap(member -> member
                        .home()
                        .filter(home -> homes.gone(group.name(), member.memberId(), home))
                        .map(home -> new Homeless(group.name(), member.memberId(), home))
                        .stream())
                .toList();
        for (Homeless gone : homeless) {
            String reason = "node " + gone.home().nodeId() + ", where the member lived, is gone";
            changes.tell(new Removed(group.name(), gone.memberId(), ErrorCode.UNKNOWN_MEMBER, reason));
            forget(group.name(), gone.memberId(), changes);
        }
        if (!homeless.isEmpty()) {
            settle(group, now, changes);
        }
        return homeless;
    }

    /** Takes a topic that is gone from every member, and out members that read nothing else. */
    void unsubscribe(Group group, String topic, Changes changes) {
        for (Member member : List.copyOf(group.members().values())) {
            Member left = member.without(topic);
            if (left.topics().isEmpty()) {
                String reason = "topic '" + topic + "' does not exist any more";
                changes.tell(new Removed(group.name(), member.memberId(), ErrorCode.UNKNOWN_TOPIC, reason));
                events.memberRemoved(group.name(), ErrorCode.UNKNOWN_TOPIC);
                forget(group.name(), member.memberId(), changes);
            } else if (!left.equals(member)) {
                changes.write(new MemberChanged(group.name(), left));
            }
        }
    }

    /** Removes a member that did not ask for it. */
    void putOut(String name, String memberId, ErrorCode code, String reason, Moment now, Changes changes) {
        changes.tell(new Removed(name, memberId, code, reason));
        events.memberRemoved(name, code);
        remove(name, memberId, now, changes);
    }

    Optional<Member> member(String name, String memberId) {
        return table.group(name).map(group -> group.members().get(memberId));
    }

    Member require(String name, String memberId) {
        return member(name, memberId)
                .orElseThrow(() -> new BarnabasException(
                        ErrorCode.UNKNOWN_MEMBER, "group '" + name + "' has no member '" + memberId + "'"));
    }

    void restartSession(String name, Member member, Moment now) {
        deadlines.set(TimeOut.session(name, member.memberId()), now.monotonicMs() + member.sessionTimeoutMs());
    }

    /** Starts to count how long a group without members is kept. */
    void restartRetention(Group group, Moment now) {
        long sinceMs = group.header().idleSinceMs();
        long keptMs = sinceMs == GroupHeader.NOT_IDLE ? 0 : Math.max(0, now.wallMs() - sinceMs);
        long leftMs = Math.max(0, rules.settings().offsetsRetentionMs() - keptMs);
        deadlines.set(TimeOut.retention(group.name()), now.monotonicMs() + leftMs);
    }

    /** A group that may have lost its last member, offset or both is put into the state that follows. */
    void settle(Group group, Moment now, Changes changes) {
        if (!group.members().isEmpty()) {
            rebalance.changed(group, now, changes);
            return;
        }
        deadlines.clear(TimeOut.rebalance(group.name()));
        if (group.offsets().isEmpty()) {
            deadlines.clear(TimeOut.retention(group.name()));
            changes.write(new GroupRemoved(group.name()));
        } else if (!(group.state() instanceof Empty)) {
            changes.write(new GroupChanged(group.name(), group.header().withoutMembers(now.wallMs())));
            group.become(new Empty());
            restartRetention(group, now);
        }
    }

    private void remove(String name, String memberId, Moment now, Changes changes) {
        forget(name, memberId, changes);
        settle(table.group(name).orElseThrow(), now, changes);
    }

    private void forget(String name, String memberId, Changes changes) {
        deadlines.clear(TimeOut.session(name, memberId));
        changes.write(new MemberRemoved(name, memberId));
    }

    private Member member(JoinRequest request, Optional<Home> home, Optional<Member> before) {
        SortedMap<TopicPartition, Integer> holdings =
                before.map(Member::holdings).orElseGet(TreeMap::new);
        return new Member(
                request.memberId().orElseGet(() -> request.clientId() + "-" + uuids.get()),
                request.clientId(),
                new TreeSet<>(request.topics()),
                request.sessionTimeoutMs(),
                request.rebalanceTimeoutMs(),
                home,
                holdings);
    }

    /** The group's assignor, which the first member decides. */
    private static String assignor(
            String name, Optional<Group> known, Optional<Member> before, Optional<String> wanted) {
        Optional<String> current = known.flatMap(group -> group.header().assignor());
        boolean alone = known.isEmpty()
                || known.get().members().size() == before.map(any -> 1).orElse(0);
        if (!alone && current.isPresent() && wanted.isPresent() && !wanted.equals(current)) {
            throw new BarnabasException(
                    ErrorCode.INCONSISTENT_ASSIGNOR,
                    "group '" + name + "' uses assignor '" + current.get() + "', the member asks for '" + wanted.get()
                            + "'");
        }
        return (alone ? wanted.or(() -> current) : current).orElse(Assignor.DEFAULT.name());
    }
}
