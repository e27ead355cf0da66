package io.barnabas.group;

import static io.barnabas.group.ShardUnderTest.GROUP;
import static io.barnabas.group.ShardUnderTest.again;
import static io.barnabas.group.ShardUnderTest.assertRefused;
import static io.barnabas.group.ShardUnderTest.assigned;
import static io.barnabas.group.ShardUnderTest.orders;
import static io.barnabas.group.ShardUnderTest.revoked;
import static io.barnabas.group.ShardUnderTest.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.group.Notice.Assigned;
import io.barnabas.group.Notice.Removed;
import io.barnabas.record.ErrorCode;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who has which partition, and when members are told. */
class GroupShardRebalanceTest {
    private ShardUnderTest under = new ShardUnderTest();

    @Test
    void takesAPartitionFromAMemberThatIsTooSlowButKeepsTheMember() {
        // given
        String slow = under.join();
        String next = under.join();
        under.notices.clear();
        under.advance(Duration.ofSeconds(40));
        under.heartbeat(slow);
        under.heartbeat(next);
        under.commitAs(slow, 1, orders(3));
        // when
        under.advance(Duration.ofSeconds(20));
        // then
        assertThat(under.told(slow)).containsExactly(assigned(slow, 2, orders(0, 1)));
        assertThat(under.told(next)).containsExactly(assigned(next, 2, orders(2, 3)));
        under.commitAs(slow, 1, orders(0));
        assertRefused(ErrorCode.NOT_ASSIGNED, "orders-3", () -> under.commitAs(slow, 1, orders(3)));
        assertRefused(
                ErrorCode.STALE_GENERATION, "orders-3 since generation 2", () -> under.commitAs(next, 1, orders(3)));
    }

    @Test
    void keepsAPartitionRevokedOnceItIsAskedForUntilItsMemberHearsAgain() {
        // given
        String first = under.join();
        String second = under.join();
        assertThat(under.told(first)).contains(revoked(first, 1, orders(2, 3)));
        under.release(first, orders(2, 2));
        // when
        under.apply(under.shard.leave(GROUP, second, under.now()));
        // then
        assertThat(under.state()).isEqualTo("PreparingRebalance");
        assertThat(under.told(first)).isEmpty();
        under.release(first, orders(3, 3));
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
        under.release(first, orders(2, 3));
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
                    .forEach(each -> under.release(each, orders(0, 3)));
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
        under.release(first, orders(2, 2));
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
        under.release(first, orders(2, 3));
        // then
        assertThat(under.told(second)).endsWith(assigned(second, 2, orders(2, 3)));
    }

    private static GroupSettings withInitialDelay(int delayMs) {
        GroupSettings base = GroupSettings.DEFAULTS;
        return settings(base.singleTopic(), delayMs, base.maxGroups(), base.maxMembersPerGroup(), base.maxInstances());
    }
}
