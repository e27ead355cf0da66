package io.barnabas.group;

import io.barnabas.record.ErrorCode;

/**
 * What the coordinator tells whoever counts. Called on the coordinator's threads, so an implementation must be quick,
 * thread-safe and must not throw.
 */
public interface GroupEvents {
    /** Counts nothing. */
    GroupEvents NONE = new GroupEvents() {};

    /** A new generation was made and is durable. */
    default void rebalanced(String group, int generation, int memberCount) {}

    /** A member was put out of its group without asking for it. */
    default void memberRemoved(String group, ErrorCode code) {}

    /** A member was too slow to let go of partitions, which were then taken. */
    default void releaseTimedOut(String group, String memberId, int partitionCount) {}

    /** Offsets were stored. */
    default void committed(String group, int partitionCount) {}

    /** A commit was refused. */
    default void commitRefused(String group, ErrorCode code) {}

    /** A journal partition was replayed and is served. */
    default void loaded(int journalPartition, long recordCount, long durationMs) {}

    /** An append to a journal partition failed; it is being loaded again. */
    default void journalFailed(int journalPartition, ErrorCode code) {}
}
