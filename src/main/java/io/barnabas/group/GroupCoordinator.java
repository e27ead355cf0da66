package io.barnabas.group;

import io.barnabas.log.PartitionLog;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * The groups whose internal partitions this node owns. Thread-safe; everything of one group happens one event at a time.
 *
 * <p>Stages complete after what they changed is durable in the journal, and exceptionally with {@link
 * io.barnabas.record.BarnabasException}: {@code NOT_OWNER} and {@code COORDINATOR_LOADING} (retriable), {@code
 * UNKNOWN_GROUP}, {@code UNKNOWN_MEMBER}, {@code UNKNOWN_INSTANCE}, {@code INSTANCE_EXISTS}, {@code STALE_GENERATION},
 * {@code NOT_ASSIGNED}, {@code GROUP_BOUND_TO_OTHER_TOPIC}, {@code GROUP_NOT_EMPTY}, {@code INCONSISTENT_ASSIGNOR},
 * {@code INVALID_NAME}, {@code INVALID_FIELD}, {@code TOO_MANY}.
 */
public interface GroupCoordinator extends AutoCloseable {
    /** The internal topic in which groups are journaled; compacted. */
    String JOURNAL_TOPIC = "__barnabas_groups";

    /** Which of the journal topic's partitions holds the group. */
    int journalPartition(String group);

    /** This node owns a journal partition: its records are replayed, then its groups are served. */
    CompletionStage<Void> load(int journalPartition, PartitionLog journal);

    /** This node lost a journal partition: its groups answer {@code NOT_OWNER}, their members hear {@code removed}. */
    void unload(int journalPartition);

    /**
     * Makes a native member join; the assignment follows through the listener. A member id that is known joins again in
     * place with the new listener (a WebSocket whose coordinator moved, an instance after a restart).
     */
    CompletionStage<Joined> join(String group, JoinRequest request, MemberListener listener);

    /**
     * The member has let go of partitions that it was told to give up; a member that never says so is waited for until
     * its rebalance time-out.
     */
    CompletionStage<Void> released(String group, String memberId, Set<TopicPartition> partitions);

    /** The member lives: restarts its session time-out. */
    CompletionStage<Void> heartbeat(String group, String memberId);

    /** The member goes on purpose; its partitions are handed over at once. An unknown member is {@code UNKNOWN_MEMBER}. */
    CompletionStage<Void> leave(String group, String memberId);

    /**
     * Stores offsets as given: the <b>next</b> offset to read. All or nothing. A member must hold each partition since
     * the generation it names, or be giving it up within the rebalance time-out: else {@code NOT_ASSIGNED}, or {@code
     * STALE_GENERATION} when it names one from before it got the partition. Without a member the group must have no
     * members: else {@code GROUP_NOT_EMPTY}. Restarts the member's session time-out.
     */
    CompletionStage<Void> commit(String group, Committer committer, Map<TopicPartition, CommittedOffset> offsets);

    /** Committed offsets of the asked partitions that have one; of all, when {@code partitions} is empty. */
    CompletionStage<Map<TopicPartition, CommittedOffset>> committed(String group, Set<TopicPartition> partitions);

    CompletionStage<List<GroupSummary>> list();

    CompletionStage<GroupDescription> describe(String group);

    /** Sets offsets from outside; {@code GROUP_NOT_EMPTY} while members are active. */
    CompletionStage<Void> resetOffsets(String group, Map<TopicPartition, CommittedOffset> offsets);

    /** Removes the group and its offsets; {@code GROUP_NOT_EMPTY} while members are active. */
    CompletionStage<Void> delete(String group);

    /** Journals an HTTP consumer instance, so that it outlives its node; {@code INSTANCE_EXISTS} when the name is taken. */
    CompletionStage<Void> createInstance(String group, ConsumerInstance instance);

    /** Replaces the journaled state of an instance; {@code UNKNOWN_INSTANCE} when there is none. */
    CompletionStage<Void> updateInstance(String group, ConsumerInstance instance);

    /** The instance, whose idle time starts again; {@code UNKNOWN_INSTANCE} when there is none. */
    CompletionStage<ConsumerInstance> instance(String group, String name);

    /** Forgets the instance and makes its member leave. */
    CompletionStage<Void> deleteInstance(String group, String name);

    /**
     * Whether this node is out of the cluster. Its members that have no coordinator then are soon taken for gone where their
     * group is coordinated now, of which this node does not learn.
     */
    default boolean expelled() {
        return false;
    }

    /** A topic has another number of partitions, or is gone: groups that read it rebalance, offsets of gone ones go. */
    void topicChanged(String topic);

    /** Stops timers and refuses everything from now on; does not close the journals. Idempotent. */
    @Override
    void close();

    /**
     * Whether a member that is removed with this code is still in its group and joins again in place: see {@link
     * MemberListener#removed}.
     */
    static boolean joinsAgain(ErrorCode code) {
        return code == ErrorCode.NOT_OWNER || code == ErrorCode.COORDINATOR_LOADING || code == ErrorCode.DRAINING;
    }

    /**
     * What a member brings along.
     *
     * @param memberId empty for a new member, who is given one
     * @param mayBeNew whether a member that is not known joins as a new one under {@code memberId}, which then must not
     *     repeat; so that whoever cannot tell whether a join has arrived may send it again. Else it is {@code
     *     UNKNOWN_MEMBER}
     * @param clientId for people: where the member comes from
     * @param topics what it subscribes to, at least one
     * @param assignor empty for the group's or the default one
     * @param sessionTimeoutMs silence after which it is taken for dead
     * @param rebalanceTimeoutMs how long it may take to let go of partitions
     */
    record JoinRequest(
            Optional<String> memberId,
            boolean mayBeNew,
            String clientId,
            Set<String> topics,
            Optional<String> assignor,
            int sessionTimeoutMs,
            int rebalanceTimeoutMs) {
        public JoinRequest {
            topics = Set.copyOf(topics);
            mayBeNew = mayBeNew || memberId.isEmpty();
        }

        /** A new member that is given its id, or a known one. */
        public JoinRequest(
                Optional<String> memberId,
                String clientId,
                Set<String> topics,
                Optional<String> assignor,
                int sessionTimeoutMs,
                int rebalanceTimeoutMs) {
            this(memberId, false, clientId, topics, assignor, sessionTimeoutMs, rebalanceTimeoutMs);
        }

        /** The same as a member that may be new under this id. */
        public JoinRequest named(String id) {
            return new JoinRequest(
                    Optional.of(id), true, clientId, topics, assignor, sessionTimeoutMs, rebalanceTimeoutMs);
        }
    }

    /** Who a member is in its group. */
    record Joined(String memberId) {}

    /**
     * A member's partitions in one generation.
     *
     * @param partitions all that the member reads from now on, those it had before too; empty when there are more
     *     members than partitions
     * @param waiting why there are none, for people; absent when there are some
     */
    record Assignment(int generation, Set<TopicPartition> partitions, Optional<String> waiting) {
        public Assignment {
            partitions = Set.copyOf(partitions);
        }
    }

    /**
     * Hears what the coordinator decides about one member. Called in order, one at a time, never under a lock, on a
     * thread that must not be blocked.
     */
    interface MemberListener {
        void assigned(Assignment assignment);

        /**
         * Stop reading these partitions, commit, then call {@link GroupCoordinator#released}. Nobody else gets them
         * before that or before the rebalance time-out. Other partitions are read on.
         */
        void revoked(int generation, Set<TopicPartition> partitions);

        /**
         * Nothing more is heard for this member. Out of the group: {@code UNKNOWN_MEMBER} (session time-out), {@code
         * UNKNOWN_TOPIC} (topic gone), {@code UNKNOWN_INSTANCE} (its instance was idle), {@code OVERLOADED} (it does not
         * take its notices). Still in it and may join again in place, here or on another node, with the same member id:
         * {@code NOT_OWNER} (coordinator moved), {@code COORDINATOR_LOADING} (it reads its journal again), {@code
         * DRAINING} (it stops). {@code ILLEGAL_STATE}: somebody else joined again with this member id; the member goes on
         * there, so do not make it leave.
         */
        void removed(ErrorCode code, String reason);
    }

    /** Who commits: a member with the generation it knows, or nobody in particular. */
    sealed interface Committer {
        /** A member with its generation. */
        record Member(String memberId, int generation) implements Committer {}

        /** A reader that assigned itself partitions, or an administrator. */
        record Anonymous() implements Committer {}
    }

    /**
     * A group's position in a partition.
     *
     * @param offset the next offset to read
     * @param metadata the client's note, at most {@code barnabas.group.max-metadata-bytes} long
     */
    record CommittedOffset(long offset, String metadata) {}

    /** A line in the list of groups. */
    record GroupSummary(String group, String state, int memberCount, Set<String> topics) {}

    /** Everything about a group. */
    record GroupDescription(
            String group,
            String state,
            int generation,
            String assignor,
            List<MemberDescription> members,
            Map<TopicPartition, CommittedOffset> offsets) {}

    /** One member of a described group. */
    record MemberDescription(String memberId, String clientId, Set<String> topics, Set<TopicPartition> partitions) {}

    /**
     * An HTTP consumer instance as journaled: what another node needs to go on with it.
     *
     * @param name unique in its group
     * @param settings as given at creation, normalised
     * @param topics subscribed to; empty when none
     * @param topicPattern subscribed to by pattern; absent when not
     * @param assignments assigned by hand; empty when none
     * @param memberId of its group membership, when it subscribes
     * @param idleTimeoutMs silence after which it is forgotten
     */
    record ConsumerInstance(
            String name,
            Map<String, String> settings,
            Set<String> topics,
            Optional<String> topicPattern,
            Set<TopicPartition> assignments,
            Optional<String> memberId,
            long idleTimeoutMs) {
        public ConsumerInstance {
            settings = Map.copyOf(settings);
            topics = Set.copyOf(topics);
            assignments = Set.copyOf(assignments);
        }
    }
}
