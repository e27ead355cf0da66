package io.barnabas.group;

import static io.barnabas.group.ShardUnderTest.GROUP;
import static io.barnabas.group.ShardUnderTest.assertRefused;
import static io.barnabas.group.ShardUnderTest.orders;
import static io.barnabas.group.ShardUnderTest.request;
import static io.barnabas.group.ShardUnderTest.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.Committer;
import io.barnabas.group.GroupCoordinator.ConsumerInstance;
import io.barnabas.group.GroupCoordinator.JoinRequest;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How much a shard takes, and what it refuses. */
class GroupShardLimitsTest {
    private ShardUnderTest under = new ShardUnderTest();

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

    private void anonymous(TopicPartition partition, long offset, String metadata) {
        under.apply(under.shard.commit(
                GROUP,
                new Committer.Anonymous(),
                Map.of(partition, new CommittedOffset(offset, metadata)),
                under.now()));
    }

    private static ConsumerInstance instance(String name, Map<String, String> settings) {
        return new ConsumerInstance(name, settings, Set.of(), Optional.empty(), Set.of(), Optional.empty(), 300_000);
    }
}
