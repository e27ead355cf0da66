package io.barnabas.group;

import io.barnabas.group.GroupCoordinator.ConsumerInstance;
import io.barnabas.group.JournalRecord.InstanceChanged;
import io.barnabas.group.JournalRecord.InstanceRemoved;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.Optional;

/** HTTP consumer instances, which live in the journal of their group. Confined to its shard. */
final class Instances {
    private final GroupTable table;
    private final Rules rules;
    private final Deadlines<TimeOut> deadlines;
    private final Membership membership;

    Instances(GroupTable table, Rules rules, Deadlines<TimeOut> deadlines, Membership membership) {
        this.table = table;
        this.rules = rules;
        this.deadlines = deadlines;
        this.membership = membership;
    }

    void create(String group, ConsumerInstance instance, Moment now, Changes changes) {
        Rules.requireGroupName(group);
        rules.check(instance);
        if (table.instance(group, instance.name()).isPresent()) {
            throw new BarnabasException(
                    ErrorCode.INSTANCE_EXISTS,
                    "group '" + group + "' has a consumer instance '" + instance.name() + "' already");
        }
        rules.requireRoomForInstance(group, table.instancesOf(group).size());
        changes.write(new InstanceChanged(group, instance));
        restartIdle(group, instance, now);
    }

    void update(String group, ConsumerInstance instance, Moment now, Changes changes) {
        rules.check(instance);
        ConsumerInstance before = require(group, instance.name());
        if (!before.equals(instance)) {
            changes.write(new InstanceChanged(group, instance));
        }
        restartIdle(group, instance, now);
    }

    ConsumerInstance touch(String group, String name, Moment now) {
        ConsumerInstance instance = require(group, name);
        restartIdle(group, instance, now);
        return instance;
    }

    void delete(String group, String name, Moment now, Changes changes) {
        ConsumerInstance instance = require(group, name);
        remove(group, instance, changes);
        memberOf(group, instance).ifPresent(memberId -> membership.leave(group, memberId, now, changes));
    }

    /** The instance was idle for too long. */
    void expire(String group, String name, Moment now, Changes changes) {
        ConsumerInstance instance = require(group, name);
        remove(group, instance, changes);
        String reason = "consumer instance '" + name + "' was idle for " + instance.idleTimeoutMs() + " ms";
        memberOf(group, instance)
                .ifPresent(memberId ->
                        membership.putOut(group, memberId, ErrorCode.UNKNOWN_INSTANCE, reason, now, changes));
    }

    void restartIdle(String group, ConsumerInstance instance, Moment now) {
        deadlines.set(TimeOut.instance(group, instance.name()), now.monotonicMs() + instance.idleTimeoutMs());
    }

    private void remove(String group, ConsumerInstance instance, Changes changes) {
        deadlines.clear(TimeOut.instance(group, instance.name()));
        changes.write(new InstanceRemoved(group, instance.name()));
    }

    private Optional<String> memberOf(String group, ConsumerInstance instance) {
        return instance.memberId()
                .filter(memberId -> membership.member(group, memberId).isPresent());
    }

    private ConsumerInstance require(String group, String name) {
        return table.instance(group, name)
                .orElseThrow(() -> new BarnabasException(
                        ErrorCode.UNKNOWN_INSTANCE, "group '" + group + "' has no consumer instance '" + name + "'"));
    }
}
