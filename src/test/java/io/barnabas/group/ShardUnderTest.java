package io.barnabas.group;

import io.barnabas.group.GroupCoordinator.JoinRequest;
import io.barnabas.record.TopicPartition;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * A shard with a clock, topics and a journal of its own. Records are durable at once, but the shard hears of it only
 * when the test says so, unless {@link #journalAtOnce}.
 */
final class ShardUnderTest {
    static final String GROUP = "billing";
    static final int SESSION_MS = 45_000;
    static final int REBALANCE_MS = 60_000;

    final Map<String, Integer> topics = new HashMap<>(Map.of("orders", 4, "bills", 2));
    final List<JournalRecord> journal = new ArrayList<>();
    final List<Notice> notices = new ArrayList<>();
    final Deque<Outcome.Generation> unheard = new ArrayDeque<>();
    final GroupSettings settings;
    final NodeUsage usage = new NodeUsage();
    GroupShard shard;
    boolean journalAtOnce = true;
    private long nowMs = 1_000_000;
    private long uuids;

    ShardUnderTest() {
        this(GroupSettings.DEFAULTS);
    }

    ShardUnderTest(GroupSettings settings) {
        this.settings = settings;
        this.shard = newShard();
    }

    private GroupShard newShard() {
        return new GroupShard(
                settings,
                topic -> topics.containsKey(topic) ? OptionalInt.of(topics.get(topic)) : OptionalInt.empty(),
                usage,
                () -> new UUID(0, ++uuids),
                GroupEvents.NONE);
    }

    Moment now() {
        return new Moment(nowMs, 1_700_000_000_000L + nowMs);
    }

    long nowMs() {
        return nowMs;
    }

    <R> R apply(Outcome<R> outcome) {
        journal.addAll(outcome.records());
        notices.addAll(outcome.notices());
        unheard.addAll(outcome.generations());
        while (journalAtOnce && !unheard.isEmpty()) {
            hearJournaled();
        }
        return outcome.reply();
    }

    void hearJournaled() {
        apply(shard.journaled(unheard.remove(), now()));
    }

    /** Moves the clock, stopping at every deadline on the way. */
    void advance(Duration duration) {
        long endMs = nowMs + duration.toMillis();
        while (shard.nextDeadlineMs().orElse(Long.MAX_VALUE) <= endMs) {
            nowMs = Math.max(nowMs, shard.nextDeadlineMs().getAsLong());
            apply(shard.timeOut(now()));
        }
        nowMs = endMs;
    }

    /** The node dies and another one loads the journal, every record having gone through its bytes. */
    void crash() {
        shard.table().abandon();
        unheard.clear();
        shard = replayed();
        apply(shard.loaded(now()));
    }

    GroupShard replayed() {
        GroupShard next = newShard();
        for (JournalRecord record : journal) {
            JournalFormat.Encoded encoded = JournalFormat.encode(record);
            next.replay(JournalFormat.decode(encoded.key(), encoded.value()));
        }
        return next;
    }

    String join() {
        return join(request("orders"));
    }

    String join(JoinRequest request) {
        return apply(shard.join(GROUP, request, now())).memberId();
    }

    static JoinRequest request(String... wanted) {
        return new JoinRequest(Optional.empty(), "client", Set.of(wanted), Optional.empty(), SESSION_MS, REBALANCE_MS);
    }

    static JoinRequest again(String memberId, String... wanted) {
        return new JoinRequest(
                Optional.of(memberId), "client", Set.of(wanted), Optional.empty(), SESSION_MS, REBALANCE_MS);
    }

    static JoinRequest with(String assignor) {
        return new JoinRequest(
                Optional.empty(), "client", Set.of("orders"), Optional.of(assignor), SESSION_MS, REBALANCE_MS);
    }

    static TopicPartition orders(int number) {
        return new TopicPartition("orders", number);
    }

    static Set<TopicPartition> orders(int first, int last) {
        Set<TopicPartition> partitions = new TreeSet<>();
        for (int number = first; number <= last; number++) {
            partitions.add(orders(number));
        }
        return partitions;
    }

    /** The group's state; Dead when there is no group. */
    String state() {
        return shard.table().group(GROUP).map(group -> group.state().name()).orElse("Dead");
    }

    Member member(String memberId) {
        return shard.table().group(GROUP).orElseThrow().members().get(memberId);
    }

    /** What the member was told since this was last asked, in order. */
    List<Notice> told(String memberId) {
        List<Notice> told = notices.stream()
                .filter(notice -> notice.memberId().equals(memberId))
                .toList();
        notices.removeAll(told);
        return told;
    }

    /** Everything durable, comparable. */
    static List<Object> durableState(GroupTable table) {
        List<Object> all = new ArrayList<>();
        for (Group group : table.groups()) {
            all.addAll(List.of(group.name(), group.header(), Map.copyOf(group.members()), Map.copyOf(group.offsets())));
        }
        table.instances().forEach((group, byName) -> all.add(Map.entry(group, Map.copyOf(byName))));
        return all;
    }
}
