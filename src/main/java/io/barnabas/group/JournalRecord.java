package io.barnabas.group;

import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.ConsumerInstance;
import io.barnabas.record.TopicPartition;

/**
 * One durable change of a journal partition's state. Applying the records in order, to an empty table, rebuilds the
 * state; the records of one event are written in one batch, so they are all there or none. {@code Removed} ones are
 * tombstones of the key that the other of their pair has.
 */
sealed interface JournalRecord {
    void applyTo(GroupTable table);

    /** The group is as the header says; its members and offsets have records of their own. */
    record GroupChanged(String group, GroupHeader header) implements JournalRecord {
        @Override
        public void applyTo(GroupTable table) {
            table.putHeader(group, header);
        }
    }

    /** The group is gone, with everything in it that was not removed before. */
    record GroupRemoved(String group) implements JournalRecord {
        @Override
        public void applyTo(GroupTable table) {
            table.removeGroup(group);
        }
    }

    record MemberChanged(String group, Member member) implements JournalRecord {
        @Override
        public void applyTo(GroupTable table) {
            table.putMember(group, member);
        }
    }

    record MemberRemoved(String group, String memberId) implements JournalRecord {
        @Override
        public void applyTo(GroupTable table) {
            table.removeMember(group, memberId);
        }
    }

    record OffsetChanged(String group, TopicPartition partition, CommittedOffset offset) implements JournalRecord {
        @Override
        public void applyTo(GroupTable table) {
            table.putOffset(group, partition, offset);
        }
    }

    record OffsetRemoved(String group, TopicPartition partition) implements JournalRecord {
        @Override
        public void applyTo(GroupTable table) {
            table.removeOffset(group, partition);
        }
    }

    record InstanceChanged(String group, ConsumerInstance instance) implements JournalRecord {
        @Override
        public void applyTo(GroupTable table) {
            table.putInstance(group, instance);
        }
    }

    record InstanceRemoved(String group, String name) implements JournalRecord {
        @Override
        public void applyTo(GroupTable table) {
            table.removeInstance(group, name);
        }
    }
}
