package io.barnabas.broker.group;

import static io.barnabas.testing.CoordinatorNetwork.GROUP;
import static io.barnabas.testing.CoordinatorNetwork.orders;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.record.ErrorCode;
import io.barnabas.testing.CoordinatorNetwork;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Members whose node is gone, and those whose node only seems so. Node 1 coordinates at first. */
class RoutedGroupHomesTest extends RoutedGroups {
    private static final Duration ABSENCE = Duration.ofMillis(RoutingSettings.DEFAULTS.absenceMs());

    @Test
    void membersOfADeadNodeGoAtOnce() {
        // given
        String secondId = join(2, second);
        join(3, third);
        answer(cluster.node(2).released(GROUP, secondId, Set.of(orders(2), orders(3))));
        assertThat(third.heard()).containsExactly("assigned 2 [2, 3]");
        // when
        cluster.kill(3);
        // then
        assertThat(second.heard()).last().isEqualTo("assigned 3 [0, 1, 2, 3]");
    }

    @Test
    void membersOfANodeThatLostZooKeeperAloneStay() {
        // given
        join(3, third);
        // when
        cluster.expel(3);
        // then
        assertThat(answer(cluster.node(2).describe(GROUP)).members()).hasSize(1);
    }

    @Test
    void membersOfADeadCoordinatorsNodeGoWithItWhenAnotherTakesOver() {
        // given
        String secondId = shareWithTheCoordinatorsNode();
        cluster.kill(1);
        // when
        cluster.take(cluster.partition(), 3);
        // then
        answer(cluster.node(2).join(GROUP, request(Optional.of(secondId)), second));
        assertThat(second.heard()).containsExactly("removed NOT_OWNER", "assigned 3 [0, 1, 2, 3]");
    }

    @Test
    void membersOfADeadCoordinatorThatLiveElsewhereAreWatchedByTheNext() {
        // given
        join(2, second);
        cluster.kill(1);
        cluster.take(cluster.partition(), 3);
        assertThat(described().members()).hasSize(1);
        // when
        cluster.kill(2);
        // then
        assertThat(refusal(cluster.node(3).describe(GROUP))).isEqualTo(ErrorCode.UNKNOWN_GROUP);
    }

    @Test
    void theNextCoordinatorWaitsAWhileForMembersOfANodeThatLostZooKeeperAlone() {
        // given
        join(2, second);
        cluster.expel(2);
        cluster.move(3);
        cluster.pass(ABSENCE.minusMillis(1));
        assertThat(described().members()).hasSize(1);
        // when
        cluster.network.breakNews(2, 3);
        // then
        assertThat(refusal(cluster.node(3).describe(GROUP))).isEqualTo(ErrorCode.UNKNOWN_GROUP);
    }

    @Test
    void membersOfACoordinatorThatLostZooKeeperAloneGiveTheirPartitionsToOthersSoon() {
        // given
        String secondId = shareWithTheCoordinatorsNode();
        cluster.isolate(1);
        cluster.take(cluster.partition(), 3);
        answer(cluster.node(2).join(GROUP, request(Optional.of(secondId)), second));
        assertThat(second.heard()).last().isEqualTo("assigned 2 [2, 3]");
        // when
        cluster.pass(ABSENCE);
        // then
        assertThat(second.heard()).last().isEqualTo("assigned 3 [0, 1, 2, 3]");
        assertThat(described().members()).hasSize(1);
    }

    @Test
    void aNodeKnowsThatItIsOutOfTheClusterAndWhenItIsBack() {
        assertThat(cluster.node(1).expelled()).isFalse();
        cluster.isolate(1);
        assertThat(cluster.node(1).expelled()).isTrue();
        cluster.admit(1);
        assertThat(cluster.node(1).expelled()).isFalse();
    }

    @Test
    void membersStayWhoseNodeIsBackInTheClusterInTime() {
        // given
        String secondId = shareWithTheCoordinatorsNode();
        cluster.isolate(1);
        cluster.take(cluster.partition(), 3);
        answer(cluster.node(2).join(GROUP, request(Optional.of(secondId)), second));
        cluster.pass(ABSENCE.minusMillis(1));
        // when
        cluster.admit(1);
        cluster.pass(ABSENCE);
        // then
        assertThat(described().members()).hasSize(2);
        assertThat(second.heard()).last().isEqualTo("assigned 2 [2, 3]");
    }

    @Test
    void aMemberThatCameBackThroughALiveNodeStaysThoughItsNodeDoesNotComeBack() {
        // given
        String firstId = join(1, first);
        cluster.isolate(1);
        cluster.take(cluster.partition(), 3);
        // when
        answer(cluster.node(2).join(GROUP, request(Optional.of(firstId)), second));
        cluster.pass(ABSENCE);
        // then
        assertThat(described().members()).hasSize(1);
        assertThat(second.heard()).containsExactly("assigned 1 [0, 1, 2, 3]");
    }

    @Test
    void membersThatJoinedTheCoordinatorStayHoweverLongTheirNodeIsOutOfTheCluster() {
        // given
        join(3, third);
        cluster.expel(3);
        // when
        cluster.pass(ABSENCE.multipliedBy(3));
        // then
        assertThat(answer(cluster.node(2).describe(GROUP)).members()).hasSize(1);
    }

    @Test
    void membersOfACoordinatorThatWasRestartedGoThoughItsNodeIsThere() {
        // given
        String secondId = shareWithTheCoordinatorsNode();
        cluster.restart(1);
        // when
        cluster.take(cluster.partition(), 3);
        // then
        answer(cluster.node(2).join(GROUP, request(Optional.of(secondId)), second));
        assertThat(second.heard()).last().isEqualTo("assigned 3 [0, 1, 2, 3]");
    }

    @Test
    void aCoordinatorThatWasRestartedKnowsThatItsOwnMembersAreGone() {
        // given
        String secondId = shareWithTheCoordinatorsNode();
        cluster.restart(1);
        // when
        cluster.take(cluster.partition(), 1);
        // then
        answer(cluster.node(2).join(GROUP, request(Optional.of(secondId)), second));
        assertThat(second.heard()).last().isEqualTo("assigned 3 [0, 1, 2, 3]");
    }

    @Test
    void membersOfAnyNodeThatWasRestartedGoThoughItWasNeverMissed() {
        // given
        String secondId = shareWithTheCoordinatorsNode();
        first.heard();
        // when
        cluster.restart(2);
        // then
        assertThat(first.heard()).containsExactly("assigned 3 [0, 1, 2, 3]");
        assertThat(refusal(cluster.node(3).leave(GROUP, secondId))).isEqualTo(ErrorCode.UNKNOWN_MEMBER);
    }

    @Test
    void aCoordinatorThatWasOnlyCutOffKeepsItsOwnMembers() {
        // given
        String firstId = join(1, first);
        first.heard();
        // when
        cluster.move(1);
        // then
        answer(cluster.node(1).join(GROUP, request(Optional.of(firstId)), first));
        assertThat(first.heard()).containsExactly("removed NOT_OWNER", "assigned 1 [0, 1, 2, 3]");
    }

    @Test
    void aMemberThatJoinedAgainThroughItsNodeStillLivesThere() {
        // given
        String secondId = join(2, second);
        cluster.move(3);
        answer(cluster.node(2).join(GROUP, request(Optional.of(secondId)), second));
        // when
        cluster.move(1);
        cluster.kill(3);
        // then
        assertThat(answer(cluster.node(2).describe(GROUP)).members()).hasSize(1);
        cluster.kill(2);
        assertThat(refusal(cluster.node(1).describe(GROUP))).isEqualTo(ErrorCode.UNKNOWN_GROUP);
    }

    @Test
    void homesAreNotJournaledWhileANodeCouldNotReadThem() {
        // given
        cluster.age(2);
        join(1, first);
        cluster.kill(1);
        // when
        cluster.take(cluster.partition(), 2);
        // then
        cluster.pass(Duration.ofMillis(29_999));
        assertThat(described().members()).hasSize(1);
        cluster.pass(Duration.ofMillis(1));
        assertThat(refusal(cluster.node(3).describe(GROUP))).isEqualTo(ErrorCode.UNKNOWN_GROUP);
    }

    @Test
    void homesAreNotJournaledWhenTheOperatorSaysSo() {
        // given
        CoordinatorNetwork plain =
                new CoordinatorNetwork(2, new RoutingSettings(15_000, 5_000, 50, 2_000, 1_000, false));
        answer(plain.node(1).join(GROUP, request(Optional.empty()), first));
        plain.kill(1);
        // when
        plain.take(plain.partition(), 2);
        // then
        assertThat(answer(plain.node(2).describe(GROUP)).members()).hasSize(1);
    }

    @Test
    void aMemberStaysThatJoinedBeforeTheClusterShowedThatItsNodeWasRestarted() {
        // given
        join(2, second);
        // when
        cluster.showRestart(2);
        // then
        assertThat(described().members()).hasSize(1);
    }

    @Test
    void aMemberThatNoNodeIsTheHomeOfWorksOnAtTheNextCoordinator() {
        // given
        answer(cluster.local(1).join(GROUP, request(Optional.of("instance")).named("instance"), first));
        cluster.kill(1);
        // when
        cluster.take(cluster.partition(), 3);
        // then
        answer(cluster.local(3).join(GROUP, request(Optional.of("instance")), third));
        assertThat(third.heard()).containsExactly("assigned 1 [0, 1, 2, 3]");
    }
}
