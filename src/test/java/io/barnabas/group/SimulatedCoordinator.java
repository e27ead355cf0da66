package io.barnabas.group;

import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.Committer;
import io.barnabas.group.GroupCoordinator.JoinRequest;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The real state machine of groups for a simulation that journals where it likes. Nothing that an event led to is seen by
 * anybody before the journal has taken it; once the journal refuses, this coordinator is over.
 */
public final class SimulatedCoordinator {
    private static final int SESSION_MS = 10_000;
    private static final int REBALANCE_MS = 4_000;

    private final GroupShard shard;
    private final Journal journal;
    private final Members members;
    private boolean over;

    /** Takes what one event wrote, all or nothing. */
    public interface Journal {
        boolean append(List<Entry> batch);
    }

    /** Hears what members are told. */
    public interface Members {
        void assigned(String memberId, int generation, Map<TopicPartition, Long> positions);

        void revoked(String memberId, int generation, Set<TopicPartition> partitions);

        void removed(String memberId);
    }

    /** A record of the journal. */
    public static final class Entry {
        private final JournalFormat.Encoded encoded;

        private Entry(JournalRecord record) {
            encoded = JournalFormat.encode(record);
        }
    }

    /** A coordinator that has read its journal. */
    public SimulatedCoordinator(
            List<List<Entry>> journaled,
            Map<String, Integer> topics,
            Supplier<UUID> uuids,
            Journal journal,
            Members members,
            long nowMs) {
        this.journal = journal;
        this.members = members;
        shard = new GroupShard(
                GroupSettings.DEFAULTS,
                topic -> topics.containsKey(topic) ? OptionalInt.of(topics.get(topic)) : OptionalInt.empty(),
                Homes.LASTING,
                new NodeUsage(),
                uuids,
                GroupEvents.NONE);
        journaled.forEach(batch ->
                batch.forEach(entry -> shard.replay(JournalFormat.decode(entry.encoded.key(), entry.encoded.value()))));
        take(shard.loaded(now(nowMs)), nowMs);
    }

    /** The new or renewed member's id; absent when it was refused. */
    public Optional<String> join(String group, Optional<String> memberId, String topic, long nowMs) {
        return refusable(() -> shard.join(
                        group,
                        new JoinRequest(
                                memberId, "simulated", Set.of(topic), Optional.empty(), SESSION_MS, REBALANCE_MS),
                        Optional.empty(),
                        now(nowMs)))
                .flatMap(outcome ->
                        take(outcome, nowMs) ? Optional.of(outcome.reply().memberId()) : Optional.empty());
    }

    /** Whether the member is known. */
    public boolean heartbeat(String group, String memberId, long nowMs) {
        return over
                || refusable(() -> shard.heartbeat(group, memberId, now(nowMs)))
                        .map(outcome -> take(outcome, nowMs) || over)
                        .orElse(false);
    }

    public void leave(String group, String memberId, long nowMs) {
        refusable(() -> shard.leave(group, memberId, now(nowMs))).ifPresent(outcome -> take(outcome, nowMs));
    }

    public void released(String group, String memberId, Set<TopicPartition> partitions, long nowMs) {
        refusable(() -> shard.released(group, memberId, partitions, now(nowMs)))
                .ifPresent(outcome -> take(outcome, nowMs));
    }

    /** Whether the commit was accepted and journaled. */
    public boolean commit(
            String group, String memberId, int generation, TopicPartition partition, long offset, long nowMs) {
        return refusable(() -> shard.commit(
                        group,
                        new Committer.Member(memberId, generation),
                        Map.of(partition, new CommittedOffset(offset, "")),
                        now(nowMs)))
                .map(outcome -> take(outcome, nowMs))
                .orElse(false);
    }

    /** A planted bug: takes any commit, from whichever generation it is. */
    public boolean commitUnchecked(String group, TopicPartition partition, long offset) {
        if (over || shard.table().group(group).isEmpty()) {
            return false;
        }
        JournalRecord record = new JournalRecord.OffsetChanged(group, partition, new CommittedOffset(offset, ""));
        shard.table().apply(record);
        over = !journal.append(List.of(new Entry(record)));
        return !over;
    }

    /** Whether its journal refused something: what it knows may be ahead of it. */
    public boolean over() {
        return over;
    }

    /** Runs what is due. */
    public void timePasses(long nowMs) {
        if (!over && shard.nextDeadlineMs().orElse(Long.MAX_VALUE) <= nowMs) {
            take(shard.timeOut(now(nowMs)), nowMs);
        }
    }

    public SortedMap<TopicPartition, Long> committed(String group) {
        SortedMap<TopicPartition, Long> found = new TreeMap<>();
        shard.table().group(group).ifPresent(known -> known.offsets()
                .forEach((partition, offset) -> found.put(partition, offset.offset())));
        return found;
    }

    public String state(String group) {
        return shard.table().group(group).map(found -> found.state().name()).orElse("Dead");
    }

    private <R> Optional<Outcome<R>> refusable(Supplier<Outcome<R>> handler) {
        if (over) {
            return Optional.empty();
        }
        try {
            return Optional.of(handler.get());
        } catch (BarnabasException e) {
            return Optional.empty();
        }
    }

    private boolean take(Outcome<?> outcome, long nowMs) {
        List<Entry> batch = new ArrayList<>();
        outcome.records().forEach(record -> batch.add(new Entry(record)));
        if (!batch.isEmpty() && !journal.append(batch)) {
            over = true;
            return false;
        }
        outcome.notices().forEach(this::tell);
        outcome.generations().forEach(generation -> take(shard.journaled(generation, now(nowMs)), nowMs));
        return !over;
    }

    private void tell(Notice notice) {
        if (notice instanceof Notice.Assigned assigned) {
            SortedMap<TopicPartition, Long> committed = committed(assigned.group());
            Map<TopicPartition, Long> positions = new TreeMap<>();
            assigned.assignment()
                    .partitions()
                    .forEach(partition -> positions.put(partition, committed.getOrDefault(partition, 0L)));
            members.assigned(assigned.memberId(), assigned.assignment().generation(), positions);
        } else if (notice instanceof Notice.Revoked revoked) {
            members.revoked(revoked.memberId(), revoked.generation(), revoked.partitions());
        } else {
            members.removed(notice.memberId());
        }
    }

    private static Moment now(long nowMs) {
        return new Moment(nowMs, 1_700_000_000_000L + nowMs);
    }
}
