package io.barnabas.group;

import static io.barnabas.group.ShardUnderTest.GROUP;
import static io.barnabas.group.ShardUnderTest.again;
import static io.barnabas.group.ShardUnderTest.orders;
import static io.barnabas.group.ShardUnderTest.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.group.GroupCoordinator.Assignment;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.Committer;
import io.barnabas.group.GroupCoordinator.ConsumerInstance;
import io.barnabas.group.GroupCoordinator.JoinRequest;
import io.barnabas.group.Notice.Assigned;
import io.barnabas.group.Notice.Removed;
import io.barnabas.group.Notice.Revoked;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class GroupShardTest {
    private ShardUnderTest under = new ShardUnderTest();

    private static Assigned assigned(String memberId, int generation, Set<TopicPartition> partitions) {
        return new Assigned(GROUP, memberId, new Assignment(generation, partitions, Optional.empty()));
    }

    private static Revoked revoked(String memberId, int generation, Set<TopicPartition> partitions) {
        return new Revoked(GROUP, memberId, generation, partitions);
    }

    private void release(String memberId, Set<TopicPartition> partitions) {
        under.apply(under.shard.released(GROUP, memberId, partitions, under.now()));
    }

    private void heartbeat(String memberId) {
        under.apply(under.shard.heartbeat(GROUP, memberId, under.now()));
    }

    private void commit(Committer committer, TopicPartition partition, long offset) {
        Map<TopicPartition, CommittedOffset> offsets = Map.of(partition, new CommittedOffset(offset, ""));
        under.apply(under.shard.commit(GROUP, committer, offsets, under.now()));
    }

    private void commitAs(String memberId, int generation, TopicPartition partition) {
        commit(new Committer.Member(memberId, generation), partition, 5);
    }

    private static void assertRefused(ErrorCode code, String message, ThrowingCallable request) {
        assertThatThrownBy(request)
                .hasMessageContaining(message)
                .isInstanceOfSatisfying(
                        BarnabasException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void takesAPartitionFromAMemberThatIsTooSlowButKeepsTheMember() {
        // given
        String slow = under.join();
        String next = under.join();
        under.notices.clear();
        under.advance(Duration.ofSeconds(40));
        heartbeat(slow);
        heartbeat(next);
        commitAs(slow, 1, orders(3));
        // when
        under.advance(Duration.ofSeconds(20));
        // then
        assertThat(under.told(slow)).containsExactly(assigned(slow, 2, orders(0, 1)));
        assertThat(under.told(next)).containsExactly(assigned(next, 2, orders(2, 3)));
        commitAs(slow, 1, orders(0));
        assertRefused(ErrorCode.NOT_ASSIGNED, "orders-3", () -> commitAs(slow, 1, orders(3)));
        assertRefused(ErrorCode.STALE_GENERATION, "orders-3 since generation 2", () -> commitAs(next, 1, orders(3)));
    }

    @Test
    void keepsAPartitionRevokedOnceItIsAskedForUntilItsMemberHearsAgain() {
        // given
        String first = under.join();
        String second = under.join();
        assertThat(under.told(first)).contains(revoked(first, 1, orders(2, 3)));
        release(first, orders(2, 2));
        // when
        under.apply(under.shard.leave(GROUP, second, under.now()));
        // then
        assertThat(under.state()).isEqualTo("PreparingRebalance");
        assertThat(under.told(first)).isEmpty();
        release(first, orders(3, 3));
        assertThat(under.told(first)).containsExactly(assigned(first, 2, orders(0, 3)));
        assertThat(under.member(first).holdings())
                .containsExactlyInAnyOrderEntriesOf(Map.of(orders(0), 1, orders(1), 1, orders(2), 2, orders(3), 2));
    }

    @Test
    void recomputesWhenAMemberJoinsWhilePreparing() {
        // given
        String first = under.join();
        String second = under.join();
        String third = under.join();
        assertThat(under.told(first))
                .containsExactly(assigned(first, 1, orders(0, 3)), revoked(first, 1, orders(2, 3)));
        // when
        release(first, orders(2, 3));
        // then
        assertThat(under.told(first)).containsExactly(assigned(first, 2, orders(0, 1)));
        assertThat(under.told(second)).containsExactly(assigned(second, 2, orders(2, 2)));
        assertThat(under.told(third)).containsExactly(assigned(third, 2, orders(3, 3)));
    }

    @Test
    void startsAnotherGenerationForWhatChangedWhileOneWasWritten() {
        // given
        under.journalAtOnce = false;
        String first = under.join();
        under.join();
        assertThat(under.state()).isEqualTo("CompletingRebalance");
        assertThat(under.notices).isEmpty();
        // when
        under.hearJournaled();
        // then
        assertThat(under.told(first))
                .containsExactly(assigned(first, 1, orders(0, 3)), revoked(first, 1, orders(2, 3)));
        assertThat(under.state()).isEqualTo("PreparingRebalance");
    }

    @Test
    void tellsMembersThatAreTooManyWhyTheyWait() {
        // given
        for (int i = 0; i < 5; i++) {
            String memberId = under.join();
            under.shard
                    .table()
                    .group(GROUP)
                    .orElseThrow()
                    .members()
                    .keySet()
                    .forEach(each -> release(each, orders(0, 3)));
            assertThat(under.member(memberId)).isNotNull();
        }
        // when
        Assigned last = (Assigned) under.notices.stream()
                .filter(notice -> notice instanceof Assigned given
                        && given.assignment().partitions().isEmpty())
                .reduce((before, after) -> after)
                .orElseThrow();
        // then
        assertThat(last.assignment().waiting())
                .contains("5 members share 4 partitions of topic 'orders'; this one waits");
    }

    @Test
    void repeatsRevocationToAMemberThatComesBackInPlace() {
        // given
        String first = under.join();
        under.join();
        release(first, orders(2, 2));
        under.told(first);
        // when
        under.join(again(first, "orders"));
        // then
        assertThat(under.told(first))
                .containsExactly(
                        assigned(first, 1, Set.of(orders(0), orders(1), orders(3))), revoked(first, 1, orders(3, 3)));
    }

    @Test
    void handsOverAtOnceWhenTheHolderDies() {
        // given
        String dying = under.join();
        under.advance(Duration.ofSeconds(20));
        String next = under.join();
        under.notices.clear();
        // when
        under.advance(Duration.ofSeconds(25));
        // then
        assertThat(under.told(dying))
                .containsExactly(new Removed(
                        GROUP, dying, ErrorCode.UNKNOWN_MEMBER, "nothing was heard of the member for 45000 ms"));
        assertThat(under.told(next)).containsExactly(assigned(next, 2, orders(0, 3)));
    }

    @Test
    void waitsForMoreMembersBeforeTheFirstAssignmentWhenToldTo() {
        // given
        under = new ShardUnderTest(withInitialDelay(3_000));
        String first = under.join();
        under.advance(Duration.ofSeconds(2));
        String second = under.join();
        assertThat(under.notices).isEmpty();
        // when
        under.advance(Duration.ofSeconds(1));
        // then
        assertThat(under.told(first)).containsExactly(assigned(first, 1, orders(0, 1)));
        assertThat(under.told(second)).containsExactly(assigned(second, 1, orders(2, 3)));
    }

    private static GroupSettings withInitialDelay(int delayMs) {
        GroupSettings base = GroupSettings.DEFAULTS;
        return settings(base.singleTopic(), delayMs, base.maxGroups(), base.maxMembersPerGroup(), base.maxInstances());
    }

    private static GroupSettings settings(
            boolean singleTopic, int delayMs, int maxGroups, int maxMembers, int maxInstances) {
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

    @Test
    void isBoundToItsTopicWhileItHasOffsets() {
        // given
        String memberId = under.join();
        commitAs(memberId, 1, orders(0));
        under.apply(under.shard.leave(GROUP, memberId, under.now()));
        under.crash();
        // when, then
        assertRefused(
                ErrorCode.GROUP_BOUND_TO_OTHER_TOPIC,
                "group 'billing' is bound to topic 'orders', it cannot read topic 'bills'",
                () -> under.join(request("bills")));
        assertRefused(
                ErrorCode.GROUP_BOUND_TO_OTHER_TOPIC,
                "'bills'",
                () -> commit(new Committer.Anonymous(), new TopicPartition("bills", 0), 1));
        under.apply(under.shard.delete(GROUP, under.now()));
        under.join(request("bills"));
        assertThat(under.state()).isEqualTo("Stable");
    }

    @Test
    void refusesASubscriptionToTwoTopicsUnlessItIsLifted() {
        assertRefused(
                ErrorCode.GROUP_BOUND_TO_OTHER_TOPIC,
                "a group reads one topic, group 'billing' cannot read topics 'bills', 'orders'",
                () -> under.join(request("bills", "orders")));
        under = new ShardUnderTest(settings(false, 0, 10, 10, 10));
        String memberId = under.join(request("bills", "orders"));
        assertThat(under.member(memberId).held()).hasSize(6);
    }

    @Test
    void goesOnWithTheTopicsThatAreLeft() {
        // given
        under = new ShardUnderTest(settings(false, 0, 10, 10, 10));
        String both = under.join(request("bills", "orders"));
        String one = under.join(request("bills"));
        release(both, Set.of(new TopicPartition("bills", 1)));
        commitAs(both, 2, orders(0));
        commitAs(both, 2, new TopicPartition("bills", 0));
        under.notices.clear();
        // when
        under.topics.remove("bills");
        under.apply(under.shard.topicChanged("bills", under.now()));
        // then
        assertThat(under.told(one))
                .containsExactly(
                        new Removed(GROUP, one, ErrorCode.UNKNOWN_TOPIC, "topic 'bills' does not exist any more"));
        assertThat(under.told(both)).containsExactly(assigned(both, 3, orders(0, 3)));
        assertThat(under.apply(under.shard.committed(GROUP, Set.of()))).containsOnlyKeys(orders(0));
    }

    @Test
    void givesNewPartitionsToMembers() {
        // given
        String memberId = under.join();
        under.notices.clear();
        under.topics.put("orders", 6);
        // when
        under.apply(under.shard.topicChanged("orders", under.now()));
        // then
        assertThat(under.told(memberId)).containsExactly(assigned(memberId, 2, orders(0, 5)));
    }

    @Test
    void storesAllOffsetsOrNone() {
        // given
        String first = under.join();
        under.join();
        release(first, orders(2, 3));
        Map<TopicPartition, CommittedOffset> offsets =
                Map.of(orders(0), new CommittedOffset(1, ""), orders(2), new CommittedOffset(1, ""));
        // when, then
        assertRefused(
                ErrorCode.NOT_ASSIGNED,
                "orders-2 is not assigned to member",
                () -> under.shard.commit(GROUP, new Committer.Member(first, 2), offsets, under.now()));
        assertThat(under.apply(under.shard.committed(GROUP, Set.of()))).isEmpty();
    }

    @Test
    void keepsAMemberThatOnlyCommits() {
        // given
        String memberId = under.join();
        // when
        for (int i = 0; i < 5; i++) {
            under.advance(Duration.ofSeconds(40));
            commitAs(memberId, 1, orders(0));
        }
        // then
        assertThat(under.state()).isEqualTo("Stable");
    }

    @Test
    void forgetsOffsetsAfterTheirRetentionAlsoOverARestart() {
        // given
        commit(new Committer.Anonymous(), orders(0), 3);
        under.advance(Duration.ofDays(6));
        under.crash();
        // when
        under.advance(Duration.ofDays(1).minusMillis(1));
        assertThat(under.state()).isEqualTo("Empty");
        under.advance(Duration.ofMillis(1));
        // then
        assertThat(under.state()).isEqualTo("Dead");
        assertThat(ShardUnderTest.durableState(under.replayed().table())).isEmpty();
    }

    @Test
    void takesUpAnUnfinishedRebalanceAfterARestart() {
        // given
        String first = under.join();
        String second = under.join();
        under.crash();
        assertThat(under.state()).isEqualTo("PreparingRebalance");
        under.notices.clear();
        under.join(again(first, "orders"));
        under.join(again(second, "orders"));
        assertThat(under.told(first))
                .containsExactly(assigned(first, 1, orders(0, 3)), revoked(first, 1, orders(2, 3)));
        // when
        release(first, orders(2, 3));
        // then
        assertThat(under.told(second)).endsWith(assigned(second, 2, orders(2, 3)));
    }

    @Test
    void refusesWhatIsOverALimit() {
        under = new ShardUnderTest(settings(true, 0, 1, 1, 1));
        under.join();
        assertRefused(ErrorCode.TOO_MANY, "group 'billing' has 1 members, at most 1 are allowed", () -> under.join());
        assertRefused(
                ErrorCode.TOO_MANY,
                "this node has 1 groups, at most 1 are allowed",
                () -> under.shard.join("other", request("orders"), under.now()));
        under.apply(under.shard.createInstance(GROUP, instance("one", Map.of()), under.now()));
        assertRefused(
                ErrorCode.TOO_MANY,
                "group 'billing' has 1 consumer instances",
                () -> under.shard.createInstance(GROUP, instance("two", Map.of()), under.now()));
        assertRefused(
                ErrorCode.TOO_MANY,
                "this node has 1 consumer instances",
                () -> under.shard.createInstance("other", instance("two", Map.of()), under.now()));
        assertRefused(
                ErrorCode.INVALID_FIELD,
                "at most 256 are allowed",
                () -> under.shard.createInstance("other", instance("two", Map.of("k", "v".repeat(300))), under.now()));
    }

    @Test
    void refusesCommitsOverALimitOrWithoutSense() {
        under = new ShardUnderTest(settings(true, 0, 10, 10, 10));
        assertRefused(ErrorCode.INVALID_FIELD, "orders-0 must not be negative", () -> anonymous(orders(0), -1, ""));
        assertRefused(ErrorCode.INVALID_FIELD, "17 bytes, at most 16", () -> anonymous(orders(0), 1, "x".repeat(17)));
        assertRefused(ErrorCode.UNKNOWN_PARTITION, "there is no partition 4", () -> anonymous(orders(4), 1, ""));
        Map<TopicPartition, CommittedOffset> many = new HashMap<>();
        orders(0, 2).forEach(partition -> many.put(partition, new CommittedOffset(1, "")));
        assertRefused(
                ErrorCode.TOO_MANY,
                "3 partitions in one commit",
                () -> under.shard.commit(GROUP, new Committer.Anonymous(), many, under.now()));
        assertThat(under.state()).isEqualTo("Dead");
    }

    private void anonymous(TopicPartition partition, long offset, String metadata) {
        under.apply(under.shard.commit(
                GROUP,
                new Committer.Anonymous(),
                Map.of(partition, new CommittedOffset(offset, metadata)),
                under.now()));
    }

    @Test
    void refusesTimeOutsOutOfBounds() {
        JoinRequest shortSession =
                new JoinRequest(Optional.empty(), "c", Set.of("orders"), Optional.empty(), 5_999, 60_000);
        assertRefused(
                ErrorCode.INVALID_FIELD,
                "session time-out must be between 6000 and 1800000 ms, got 5999",
                () -> under.join(shortSession));
        JoinRequest noRebalance = new JoinRequest(Optional.empty(), "c", Set.of("orders"), Optional.empty(), 6_000, 0);
        assertRefused(ErrorCode.INVALID_FIELD, "rebalance time-out", () -> under.join(noRebalance));
        JoinRequest nothing = new JoinRequest(Optional.empty(), "c", Set.of(), Optional.empty(), 6_000, 1);
        assertRefused(ErrorCode.INVALID_FIELD, "at least one topic", () -> under.join(nothing));
        assertThat(under.journal).isEmpty();
    }

    @Test
    void countsGroupsAndInstancesOfTheNodeRight() {
        // given
        under.join();
        under.apply(under.shard.createInstance(GROUP, instance("one", Map.of()), under.now()));
        // when
        under.crash();
        // then
        assertThat(List.of(under.usage.groups().get(), under.usage.instances().get()))
                .containsExactly(1, 1);
        under.advance(Duration.ofDays(1));
        assertThat(List.of(under.usage.groups().get(), under.usage.instances().get()))
                .containsExactly(0, 0);
    }

    private static ConsumerInstance instance(String name, Map<String, String> settings) {
        return new ConsumerInstance(name, settings, Set.of(), Optional.empty(), Set.of(), Optional.empty(), 300_000);
    }
}
