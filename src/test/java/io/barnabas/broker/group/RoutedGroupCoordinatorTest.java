package io.barnabas.broker.group;

import static io.barnabas.testing.CoordinatorNetwork.GROUP;
import static io.barnabas.testing.CoordinatorNetwork.orders;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.Committer;
import io.barnabas.group.GroupCoordinator.GroupSummary;
import io.barnabas.record.ErrorCode;
import io.barnabas.testing.RecordedMember;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Node 1 coordinates at first; members live on 2 and 3. */
class RoutedGroupCoordinatorTest extends RoutedGroups {
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
