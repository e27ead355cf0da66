package io.barnabas.group;

import java.util.List;

/**
 * What came of one event: nothing of it may be seen by anybody before {@code records} are durable.
 *
 * @param records to journal, in one batch; applied to the table already
 * @param notices for members, in order
 * @param generations whose assignment is among the records: the shard wants to hear when they are durable
 */
record Outcome<R>(R reply, List<JournalRecord> records, List<Notice> notices, List<Generation> generations) {
    /** A group's generation. */
    record Generation(String group, int generation) {}

    /** The same with a reply. */
    <T> Outcome<T> replying(T answer) {
        return new Outcome<>(answer, records, notices, generations);
    }
}
