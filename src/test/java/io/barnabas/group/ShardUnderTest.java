package io.barnabas.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.group.GroupCoordinator.Assignment;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.Committer;
import io.barnabas.group.GroupCoordinator.JoinRequest;
import io.barnabas.group.Notice.Assigned;
import io.barnabas.group.Notice.Revoked;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
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
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

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

    /** The member gives partitions back. */
    void release(String memberId, Set<TopicPartition> partitions) {
        apply(shard.released(GROUP, memberId, partitions, now()));
    }

    void heartbeat(String memberId) {
        apply(shard.heartbeat(GROUP, memberId, now()));
    }

    void commit(Committer committer, TopicPartition partition, long offset) {
        Map<TopicPartition, CommittedOffset> offsets = Map.of(partition, new CommittedOffset(offset, ""));
        apply(shard.commit(GROUP, committer, offsets, now()));
    }

    /** Commits offset 5 as a member. */
    void commitAs(String memberId, int generation, TopicPartition partition) {
        commit(new Committer.Member(memberId, generation), partition, 5);
    }

    /** What a member is told that has these partitions from now on. */
    static Assigned assigned(String memberId, int generation, Set<TopicPartition> partitions) {
        return new Assigned(GROUP, memberId, new Assignment(generation, partitions, Optional.empty()));
    }

    static Revoked revoked(String memberId, int generation, Set<TopicPartition> partitions) {
        return new Revoked(GROUP, memberId, generation, partitions);
    }

    static void assertRefused(ErrorCode code, String message, ThrowingCallable request) {
        assertThatThrownBy(request)
                .hasMessageContaining(message)
                .isInstanceOfSatisfying(
                        BarnabasException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    /** Small limits, in part those of the test. */
    static GroupSettings settings(boolean singleTopic, int delayMs, int maxGroups, int maxMembers, int maxInstances) {
        GroupSettings base = GroupSettings.DEFAULTS;
        return new GroupSettings(
                base.journalPartitions(),
                singleTopic,
                delayMs,
                base.sessionTimeoutMs(),
                base.minSessionTimeoutMs(),
                base.maxSessionTimeoutMs(),
                base.rebalanceTimeoutMs(),
                base.maxRebalanceTimeoutMs(),
                base.offsetsRetentionMs(),
                maxGroups,
                maxMembers,
                base.maxTopicsPerSubscription(),
                16,
                2,
                24,
                1,
                maxInstances,
                256,
                base.maxInstanceIdleTimeoutMs(),
                base.maxQueuedEvents(),
                base.maxPendingWrites(),
                base.loadReadBytes(),
                base.reloadDelayMs());
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
