package io.barnabas.broker.group;

import static io.barnabas.testing.CoordinatorNetwork.GROUP;
import static io.barnabas.testing.CoordinatorNetwork.orders;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.Committer;
import io.barnabas.group.GroupCoordinator.GroupDescription;
import io.barnabas.group.GroupCoordinator.GroupSummary;
import io.barnabas.group.GroupCoordinator.JoinRequest;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.testing.CoordinatorNetwork;
import io.barnabas.testing.RecordedMember;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Node 1 coordinates at first; members live on 2 and 3. */
class RoutedGroupCoordinatorTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration WAIT = Duration.ofMillis(RoutingSettings.DEFAULTS.waitMs());

    private final CoordinatorNetwork cluster = new CoordinatorNetwork(3);
    private final RecordedMember first = new RecordedMember();
    private final RecordedMember second = new RecordedMember();
    private final RecordedMember third = new RecordedMember();

    private String join(int node, RecordedMember listener) {
        return answer(cluster.node(node).join(GROUP, request(Optional.empty()), listener))
                .memberId();
    }

    private static JoinRequest request(Optional<String> memberId) {
        return new JoinRequest(memberId, "socket", Set.of("orders"), Optional.empty(), 30_000, 30_000);
    }

    private CompletionStage<Void> commit(int node, String memberId, int generation, int partition, long offset) {
        return cluster.node(node)
                .commit(
                        GROUP,
                        new Committer.Member(memberId, generation),
                        Map.of(orders(partition), new CommittedOffset(offset, "")));
    }

    private long committed(int partition) {
        return answer(cluster.node(3).committed(GROUP, Set.of(orders(partition))))
                .get(orders(partition))
                .offset();
    }

    private GroupDescription described() {
        return answer(cluster.node(3).describe(GROUP));
    }

    private static <T> T answer(CompletionStage<T> stage) {
        assertThat(stage.toCompletableFuture()).isDone();
        return stage.toCompletableFuture().join();
    }

    private static ErrorCode refusal(CompletionStage<?> stage) {
        assertThat(stage.toCompletableFuture()).isCompletedExceptionally();
        return stage.handle((reply, failure) -> BarnabasException.of(failure).code())
                .toCompletableFuture()
                .join();
    }

    @Test
    void membersOnOtherNodesAreToldWhatTheCoordinatorDecides() {
        // given
        String secondId = join(2, second);
        assertThat(second.heard()).containsExactly("assigned 1 [0, 1, 2, 3]");
        String thirdId = join(3, third);
        assertThat(second.heard()).containsExactly("revoked 1 [2, 3]");
        assertThat(third.heard()).isEmpty();
        // when
        answer(cluster.node(2).released(GROUP, secondId, Set.of(orders(2), orders(3))));
        // then
        assertThat(second.heard()).containsExactly("assigned 2 [0, 1]");
        assertThat(third.heard()).containsExactly("assigned 2 [2, 3]");
        answer(commit(2, secondId, 2, 0, 7));
        assertThat(refusal(commit(3, thirdId, 2, 0, 9))).isEqualTo(ErrorCode.NOT_ASSIGNED);
        assertThat(committed(0)).isEqualTo(7);
    }

    @Test
    void aMemberThatLeavesHandsOverAtOnce() {
        // given
        String secondId = join(2, second);
        join(1, third);
        second.heard();
        // when
        answer(cluster.node(2).leave(GROUP, secondId));
        // then
        assertThat(third.heard()).containsExactly("assigned 2 [0, 1, 2, 3]");
        assertThat(second.heard()).isEmpty();
    }

    @Test
    void everyNodeListsAndDescribesEveryGroup() {
        join(2, second);
        assertThat(answer(cluster.node(3).list()))
                .containsExactly(new GroupSummary(GROUP, "Stable", 1, Set.of("orders")));
        assertThat(described().members()).hasSize(1);
        assertThat(answer(cluster.node(1).describe(GROUP))).isEqualTo(described());
    }

    @Test
    void aListWithHolesIsNone() {
        // given
        cluster.orphan();
        // when
        CompletionStage<?> list = cluster.node(2).list();
        cluster.pass(WAIT);
        // then
        assertThat(refusal(list)).isEqualTo(ErrorCode.COORDINATOR_LOADING);
    }

    @Test
    void membersJoinAgainInPlaceWhenTheCoordinatorMoves() {
        // given
        String secondId = join(2, second);
        answer(commit(2, secondId, 1, 0, 7));
        second.heard();
        // when
        cluster.move(3);
        // then
        assertThat(second.heard()).containsExactly("removed NOT_OWNER");
        answer(cluster.node(2).join(GROUP, request(Optional.of(secondId)), second));
        assertThat(second.heard()).containsExactly("assigned 1 [0, 1, 2, 3]");
        answer(commit(2, secondId, 1, 0, 8));
        assertThat(committed(0)).isEqualTo(8);
        assertThat(described().members()).hasSize(1);
    }

    @Test
    void membersOfTheNodeThatIsTheCoordinatorNowAreToldDirectly() {
        // given
        String secondId = join(2, second);
        cluster.move(2);
        second.heard();
        // when
        answer(cluster.node(2).join(GROUP, request(Optional.of(secondId)), second));
        int callsBefore = cluster.network.callCount();
        answer(commit(2, secondId, 1, 0, 8));
        // then
        assertThat(second.heard()).containsExactly("assigned 1 [0, 1, 2, 3]");
        assertThat(cluster.network.callCount()).isEqualTo(callsBefore);
    }

    @Test
    void anOperationWaitsForTheNewCoordinatorOfADeadOne() {
        // given
        String secondId = join(2, second);
        second.heard();
        cluster.kill(1);
        assertThat(second.heard()).containsExactly("removed NOT_OWNER");
        CompletionStage<?> again = cluster.node(2).join(GROUP, request(Optional.of(secondId)), second);
        CompletionStage<Void> commit = commit(2, secondId, 1, 0, 7);
        cluster.pass(SECOND);
        assertThat(again.toCompletableFuture()).isNotDone();
        assertThat(commit.toCompletableFuture()).isNotDone();
        // when
        cluster.take(cluster.partition(), 3);
        cluster.pass(SECOND);
        // then
        answer(again);
        answer(commit);
        assertThat(second.heard()).containsExactly("assigned 1 [0, 1, 2, 3]");
        assertThat(committed(0)).isEqualTo(7);
    }

    @Test
    void anOperationFailsRetriablyWhenNoCoordinatorComes() {
        // given
        cluster.kill(1);
        // when
        CompletionStage<?> joined = cluster.node(2).join(GROUP, request(Optional.empty()), second);
        CompletionStage<?> described = cluster.node(2).describe(GROUP);
        cluster.pass(WAIT);
        // then
        assertThat(refusal(joined)).isEqualTo(ErrorCode.COORDINATOR_LOADING);
        assertThat(refusal(described)).isEqualTo(ErrorCode.COORDINATOR_LOADING);
        cluster.pass(WAIT);
        assertThat(cluster.scheduler.scheduledCount()).isZero();
    }

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

    /** A member on the coordinator's own node and one on node 2, with two partitions each. */
    private String shareWithTheCoordinatorsNode() {
        String firstId = join(1, first);
        String secondId = join(2, second);
        answer(cluster.node(1).released(GROUP, firstId, Set.of(orders(2), orders(3))));
        assertThat(second.heard()).containsExactly("assigned 2 [2, 3]");
        return secondId;
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
    void theNextCoordinatorKeepsMembersOfANodeThatLostZooKeeperAloneWhileItTakesNews() {
        // given
        join(2, second);
        cluster.expel(2);
        cluster.move(3);
        assertThat(described().members()).hasSize(1);
        // when
        cluster.network.breakNews(2, 3);
        // then
        assertThat(refusal(cluster.node(3).describe(GROUP))).isEqualTo(ErrorCode.UNKNOWN_GROUP);
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
        CoordinatorNetwork plain = new CoordinatorNetwork(2, new RoutingSettings(15_000, 5_000, 50, 1_000, false));
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

    @Test
    void aJoinWhoseAnswerIsLostLeavesNoGhost() {
        // given
        cluster.network.loseAnswers(1);
        // when
        CompletionStage<?> joined = cluster.node(2).join(GROUP, request(Optional.empty()), second);
        cluster.pass(SECOND);
        // then
        answer(joined);
        assertThat(described().members()).hasSize(1);
        assertThat(second.heard()).last().isEqualTo("assigned 1 [0, 1, 2, 3]");
    }

    @Test
    void aJoinThatIsGivenUpIsTakenBack() {
        // given
        cluster.network.loseAnswers(1_000);
        CompletionStage<?> joined = cluster.node(2).join(GROUP, request(Optional.empty()), second);
        cluster.pass(WAIT);
        assertThat(refusal(joined)).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        // when
        cluster.network.loseAnswers(0);
        cluster.pass(WAIT);
        // then
        assertThat(refusal(cluster.node(3).describe(GROUP))).isEqualTo(ErrorCode.UNKNOWN_GROUP);
        assertThat(second.heard()).isEmpty();
    }

    @Test
    void aCommitThatArrivesLateDoesNotTakeTheGroupBack() {
        // given
        String secondId = join(2, second);
        cluster.network.delayCalls(1);
        CompletionStage<Void> first = commit(2, secondId, 1, 0, 7);
        CompletionStage<Void> behind = commit(2, secondId, 1, 0, 9);
        cluster.pass(SECOND);
        answer(first);
        answer(behind);
        // when
        cluster.network.deliverLate();
        // then
        assertThat(committed(0)).isEqualTo(9);
    }

    @Test
    void commitsOfAMemberLeaveInTheirOrder() {
        // given
        String secondId = join(2, second);
        cluster.network.silence(1);
        CompletionStage<Void> first = commit(2, secondId, 1, 0, 7);
        cluster.network.revive(1);
        CompletionStage<Void> behind = commit(2, secondId, 1, 0, 9);
        assertThat(behind.toCompletableFuture()).isNotDone();
        // when
        cluster.pass(SECOND);
        // then
        answer(first);
        answer(behind);
        assertThat(committed(0)).isEqualTo(9);
    }

    @Test
    void aMemberJoinsAgainWhenWhatItWasToldMayBeIncomplete() {
        // given
        String secondId = join(2, second);
        second.heard();
        // when
        cluster.network.breakNews(2, 1);
        join(3, third);
        cluster.network.connect(2, 1);
        // then
        assertThat(second.heard()).containsExactly("removed NOT_OWNER");
        answer(cluster.node(2).join(GROUP, request(Optional.of(secondId)), second));
        assertThat(second.heard()).containsExactly("assigned 1 [0, 1, 2, 3]", "revoked 1 [2, 3]");
    }

    @Test
    void aHeartbeatTellsWhenNobodyTellsTheMemberAnything() {
        // given
        String secondId = join(2, second);
        second.heard();
        // when
        answer(cluster.local(1).join(GROUP, request(Optional.of(secondId)), new RecordedMember()));
        // then
        assertThat(second.heard()).containsExactly("removed ILLEGAL_STATE");
        assertThat(refusal(cluster.node(2).heartbeat(GROUP, secondId))).isEqualTo(ErrorCode.REBALANCING);
    }

    @Test
    void aPausedCoordinatorThatWakesUpCannotCommit() {
        // given
        String secondId = join(2, second);
        answer(commit(2, secondId, 1, 0, 7));
        var paused = cluster.log();
        cluster.orphan();
        cluster.take(cluster.partition(), 3);
        paused.close();
        // when
        CompletionStage<Void> late = cluster.local(1)
                .commit(GROUP, new Committer.Member(secondId, 1), Map.of(orders(0), new CommittedOffset(3, "")));
        // then
        assertThat(refusal(late)).isEqualTo(ErrorCode.NOT_OWNER);
        assertThat(second.heard()).last().isEqualTo("removed NOT_OWNER");
        assertThat(committed(0)).isEqualTo(7);
    }

    @Test
    void operatorsAreToldWhenAResetMayHaveHappened() {
        // given
        answer(cluster.node(2).commit(GROUP, new Committer.Anonymous(), Map.of(orders(0), new CommittedOffset(7, ""))));
        cluster.network.loseAnswers(1);
        // when
        CompletionStage<Void> reset =
                cluster.node(2).resetOffsets(GROUP, Map.of(orders(0), new CommittedOffset(0, "")));
        // then
        assertThat(refusal(reset)).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(committed(0)).isZero();
        answer(cluster.node(2).delete(GROUP));
        assertThat(refusal(cluster.node(1).describe(GROUP))).isEqualTo(ErrorCode.UNKNOWN_GROUP);
    }

    @Test
    void aWriteUnderWayWhenTheCoordinatorMovesIsRepeatedAtTheNextOne() {
        // given
        String secondId = join(2, second);
        cluster.log().holdWrites();
        CompletionStage<Void> commit = commit(2, secondId, 1, 0, 7);
        // when
        cluster.move(3);
        cluster.node(2).join(GROUP, request(Optional.of(secondId)), second);
        cluster.pass(SECOND);
        // then
        answer(commit);
        assertThat(committed(0)).isEqualTo(7);
    }

    @Test
    void nothingIsKeptOfMembersThatAreGone() {
        // given
        String secondId = join(2, second);
        join(3, third);
        // when
        answer(cluster.node(2).leave(GROUP, secondId));
        cluster.pass(Duration.ofSeconds(31));
        // then
        assertThat(third.heard()).last().isEqualTo("removed UNKNOWN_MEMBER");
        assertThat(cluster.node(2).residentCount()).isZero();
        assertThat(cluster.node(3).residentCount()).isZero();
        assertThat(cluster.node(1).distantCount()).isZero();
    }
}
