package io.barnabas.broker.group;

import static io.barnabas.testing.CoordinatorNetwork.GROUP;
import static io.barnabas.testing.CoordinatorNetwork.orders;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.Committer;
import io.barnabas.group.GroupCoordinator.GroupDescription;
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

/** Three nodes of which the first coordinates at first, and what tests of them do and look at. */
abstract class RoutedGroups {
    static final Duration SECOND = Duration.ofSeconds(1);
    static final Duration WAIT = Duration.ofMillis(RoutingSettings.DEFAULTS.waitMs());

    final CoordinatorNetwork cluster = new CoordinatorNetwork(3);
    final RecordedMember first = new RecordedMember();
    final RecordedMember second = new RecordedMember();
    final RecordedMember third = new RecordedMember();

    String join(int node, RecordedMember listener) {
        return answer(cluster.node(node).join(GROUP, request(Optional.empty()), listener))
                .memberId();
    }

    static JoinRequest request(Optional<String> memberId) {
        return new JoinRequest(memberId, "socket", Set.of("orders"), Optional.empty(), 30_000, 30_000);
    }

    CompletionStage<Void> commit(int node, String memberId, int generation, int partition, long offset) {
        return cluster.node(node)
                .commit(
                        GROUP,
                        new Committer.Member(memberId, generation),
                        Map.of(orders(partition), new CommittedOffset(offset, "")));
    }

    long committed(int partition) {
        return answer(cluster.node(3).committed(GROUP, Set.of(orders(partition))))
                .get(orders(partition))
                .offset();
    }

    GroupDescription described() {
        return answer(cluster.node(3).describe(GROUP));
    }

    static <T> T answer(CompletionStage<T> stage) {
        assertThat(stage.toCompletableFuture()).isDone();
        return stage.toCompletableFuture().join();
    }

    static ErrorCode refusal(CompletionStage<?> stage) {
        assertThat(stage.toCompletableFuture()).isCompletedExceptionally();
        return stage.handle((reply, failure) -> BarnabasException.of(failure).code())
                .toCompletableFuture()
                .join();
    }

    /** A member on the coordinator's own node and one on node 2, with two partitions each. */
    String shareWithTheCoordinatorsNode() {
        String firstId = join(1, first);
        String secondId = join(2, second);
        answer(cluster.node(1).released(GROUP, firstId, Set.of(orders(2), orders(3))));
        assertThat(second.heard()).containsExactly("assigned 2 [2, 3]");
        return secondId;
    }
}
