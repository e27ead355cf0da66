package io.barnabas.group;

import java.util.ArrayList;
import java.util.List;

/** Collects the outcome of one event while it is being handled; a record takes effect as it is written. Confined. */
final class Changes {
    private final GroupTable table;
    private final List<JournalRecord> records = new ArrayList<>();
    private final List<Notice> notices = new ArrayList<>();
    private final List<Outcome.Generation> generations = new ArrayList<>();

    Changes(GroupTable table) {
        this.table = table;
    }

    void write(JournalRecord record) {
        records.add(record);
        table.apply(record);
    }

    void tell(Notice notice) {
        notices.add(notice);
    }

    /** The generation's records have been written: tell the shard when they are durable. */
    void await(String group, int generation) {
        generations.add(new Outcome.Generation(group, generation));
    }

    <R> Outcome<R> outcome(R reply) {
        return new Outcome<>(reply, List.copyOf(records), List.copyOf(notices), List.copyOf(generations));
    }
}
