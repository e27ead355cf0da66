package io.barnabas.testing.history;

/**
 * One thing that a client did or was told, about one topic. Values are unique over the life of the topic, so a value
 * stands for its record.
 */
public sealed interface Event {
    /** A request that holds the value is about to leave; once more for each time it is sent. */
    record Sending(String producer, Promise promise, String value) implements Event {}

    /** The server said that the value is stored there. */
    record Acknowledged(String producer, String value, int partition, long offset) implements Event {}

    /** The server said that the value is not stored and never will be. */
    record Refused(String producer, String value) implements Event {}

    /** From here on the reader gets the partition from this offset on; {@link #ANYWHERE} when it was not told. */
    record Began(String reader, int partition, long offset) implements Event {}

    /** The reader got a record. */
    record Read(String reader, int partition, long offset, String value) implements Event {}

    /** The reader has read what there was from where it began up to this offset, exclusive. */
    record Ended(String reader, int partition, long endOffset) implements Event {}

    /** The reader does not get the partition any more. */
    record Left(String reader, int partition) implements Event {}

    /**
     * A partition was given to somebody.
     *
     * @param realm within which a partition has one owner a generation: a group, or the nodes of a cluster
     * @param generation of the group, or the epoch of the partition
     */
    record Owned(String realm, String owner, int partition, long generation) implements Event {}

    /** The partition was given to a member of a group, which begins at its group's committed offset. */
    record Resumed(String group, int partition, long offset) implements Event {}

    /** The server said that the group's next offset to read is stored. */
    record Committed(String group, int partition, long offset) implements Event {}

    /** The reader is one of the group's. */
    record Joined(String group, String reader) implements Event {}

    /** Everything acknowledged before should have reached some member of the group by now. */
    record Drained(String group) implements Event {}

    /** The reader was not told where it begins. */
    long ANYWHERE = -1;

    /** What a producer may count on. */
    enum Promise {
        /** What is sent n times may be there up to n times. */
        AT_LEAST_ONCE,
        /** However often it is sent, it is there once; what follows it in its producer follows it in the partition. */
        EXACTLY_ONCE
    }
}
