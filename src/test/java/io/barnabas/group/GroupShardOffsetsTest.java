package io.barnabas.group;

import static io.barnabas.group.ShardUnderTest.GROUP;
import static io.barnabas.group.ShardUnderTest.assertRefused;
import static io.barnabas.group.ShardUnderTest.assigned;
import static io.barnabas.group.ShardUnderTest.orders;
import static io.barnabas.group.ShardUnderTest.request;
import static io.barnabas.group.ShardUnderTest.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.Committer;
import io.barnabas.group.Notice.Removed;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is committed, to which topics, and how long it is kept. */
class GroupShardOffsetsTest {
    private ShardUnderTest under = new ShardUnderTest();

    @Test
    void isBoundToItsTopicWhileItHasOffsets() {
        // given
        String memberId = under.join();
        under.commitAs(memberId, 1, orders(0));
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
                () -> under.commit(new Committer.Anonymous(), new TopicPartition("bills", 0), 1));
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
        under.release(both, Set.of(new TopicPartition("bills", 1)));
        under.commitAs(both, 2, orders(0));
        under.commitAs(both, 2, new TopicPartition("bills", 0));
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
    void storesAllOffsetsOrNone() {
        // given
        String first = under.join();
        under.join();
        under.release(first, orders(2, 3));
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
            under.commitAs(memberId, 1, orders(0));
        }
        // then
        assertThat(under.state()).isEqualTo("Stable");
    }

    @Test
    void forgetsOffsetsAfterTheirRetentionAlsoOverARestart() {
        // given
        under.commit(new Committer.Anonymous(), orders(0), 3);
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
}
