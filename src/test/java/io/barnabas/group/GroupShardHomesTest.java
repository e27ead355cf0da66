package io.barnabas.group;

import static io.barnabas.group.ShardUnderTest.GROUP;
import static io.barnabas.group.ShardUnderTest.again;
import static io.barnabas.group.ShardUnderTest.assigned;
import static io.barnabas.group.ShardUnderTest.orders;
import static io.barnabas.group.ShardUnderTest.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.group.Notice.Removed;
import io.barnabas.record.ErrorCode;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Members whose node goes. */
class GroupShardHomesTest {
    private static final Home FIRST = new Home(1, "run-1");
    private static final Home SECOND = new Home(2, "run-2");

    private final ShardUnderTest under = new ShardUnderTest();

    @Test
    void theNextCoordinatorKnowsWhereMembersLive() {
        // given
        String first = under.joinFrom(FIRST, request("orders"));
        String nobodyKnows = under.join();
        // when
        under.crash();
        // then
        assertThat(under.member(first).home()).contains(FIRST);
        assertThat(under.member(nobodyKnows).home()).isEmpty();
    }

    @Test
    void theNextCoordinatorGivesAwayWhatMembersOfAGoneNodeHad() {
        // given
        String first = under.joinFrom(FIRST, request("orders"));
        String second = under.joinFrom(SECOND, request("orders"));
        under.release(first, orders(2, 3));
        under.notices.clear();
        under.goneHomes.add(FIRST);
        // when
        under.crash();
        // then
        assertThat(under.member(first)).isNull();
        assertThat(under.told(second)).containsExactly(assigned(second, 3, orders(0, 3)));
        under.advance(Duration.ofMillis(ShardUnderTest.SESSION_MS - 1));
        assertThat(under.state()).isEqualTo("Stable");
    }

    @Test
    void aCoordinatorGivesAwayWhatMembersHadWhenTheirNodeGoes() {
        // given
        String first = under.joinFrom(FIRST, request("orders"));
        String second = under.joinFrom(SECOND, request("orders"));
        under.release(first, orders(2, 3));
        under.notices.clear();
        // when
        under.loseHome(FIRST);
        // then
        assertThat(under.told(first))
                .containsExactly(
                        new Removed(GROUP, first, ErrorCode.UNKNOWN_MEMBER, "node 1, where the member lived, is gone"));
        assertThat(under.told(second)).containsExactly(assigned(second, 3, orders(0, 3)));
    }

    @Test
    void aMemberLivesWhereItJoinedLast() {
        // given
        String member = under.joinFrom(FIRST, request("orders"));
        under.joinFrom(SECOND, again(member, "orders"));
        // when
        under.loseHome(FIRST);
        // then
        assertThat(under.member(member).home()).contains(SECOND);
    }

    @Test
    void aGroupIsGoneWithItsLastMemberWhenNothingWasCommitted() {
        // given
        under.joinFrom(FIRST, request("orders"));
        under.goneHomes.add(FIRST);
        // when
        under.crash();
        // then
        assertThat(under.state()).isEqualTo("Dead");
        assertThat(under.shard.nextDeadlineMs()).isEmpty();
    }

    @Test
    void aGroupIsEmptyAfterItsLastMemberAndKeepsItsOffsets() {
        // given
        String member = under.joinFrom(FIRST, request("orders"));
        under.commitAs(member, 1, orders(0));
        under.goneHomes.add(FIRST);
        // when
        under.crash();
        // then
        assertThat(under.state()).isEqualTo("Empty");
        assertThat(under.shard.committed(GROUP, Set.of(orders(0))).reply()).hasSize(1);
    }

    @Test
    void aMemberWhoseHomeNobodyKnowsHasAFreshSession() {
        // given
        String member = under.join();
        under.goneHomes.add(FIRST);
        // when
        under.crash();
        // then
        under.advance(Duration.ofMillis(ShardUnderTest.SESSION_MS - 1));
        assertThat(under.member(member)).isNotNull();
        under.advance(Duration.ofMillis(1));
        assertThat(under.state()).isEqualTo("Dead");
    }
}
