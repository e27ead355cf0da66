package io.barnabas.broker.group;

import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.JoinRequest;
import io.barnabas.record.TopicPartition;
import java.util.Map;
import java.util.Set;

/** One operation of a group, as one node asks it of the group's coordinator on another. */
sealed interface GroupCall {
    /**
     * A member that lives on the asking node joins, for the first time or again in place.
     *
     * @param session of the news that the member is told through
     * @param number of this join on the asking node, where it never repeats: whatever belongs to an earlier one does not
     *     count any more
     * @param request with a member id
     */
    record Join(long session, long number, String group, JoinRequest request) implements GroupCall {}

    record Released(String group, String memberId, Set<TopicPartition> partitions) implements GroupCall {}

    /**
     * The member lives.
     *
     * @param number of its join, so that the asking node hears when nobody is told anything for it any more
     */
    record Heartbeat(long number, String group, String memberId) implements GroupCall {}

    record Leave(String group, String memberId) implements GroupCall {}

    /**
     * A commit by a member that lives on the asking node.
     *
     * @param number of the member's join
     * @param sequence rises with every commit of the member; the same commit sent again has the same one
     */
    record Commit(
            long number,
            long sequence,
            String group,
            String memberId,
            int generation,
            Map<TopicPartition, CommittedOffset> offsets)
            implements GroupCall {}

    /** A commit by nobody in particular. */
    record AnonymousCommit(String group, Map<TopicPartition, CommittedOffset> offsets) implements GroupCall {}

    record Committed(String group, Set<TopicPartition> partitions) implements GroupCall {}

    record Describe(String group) implements GroupCall {}

    record Reset(String group, Map<TopicPartition, CommittedOffset> offsets) implements GroupCall {}

    record Delete(String group) implements GroupCall {}

    /** The groups of these journal partitions, all of which the asked node must serve. */
    record List(Set<Integer> journalPartitions) implements GroupCall {}
}
