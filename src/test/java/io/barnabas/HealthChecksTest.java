package io.barnabas;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.HealthChecks.Check;
import io.barnabas.cluster.Cluster;
import io.barnabas.log.EngineStatus;
import io.barnabas.log.StorageReach;
import io.barnabas.record.ErrorCode;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HealthChecksTest {
    private static final State SERVING = new State(
            Parts.Phase.SERVING,
            true,
            false,
            Cluster.Session.CONNECTED,
            new EngineStatus.Writable(),
            StorageReach.ABLE,
            3,
            3,
            List.of(),
            Optional.empty());

    @Test
    void isStartedReadyAndAliveWhenAllIsWell() {
        assertThat(HealthChecks.started(SERVING).up()).isTrue();
        assertThat(HealthChecks.ready(SERVING).up()).isTrue();
        assertThat(HealthChecks.live(SERVING).up()).isTrue();
        assertThat(HealthChecks.ready(SERVING).data()).doesNotContainKey("advice");
    }

    @ParameterizedTest
    @EnumSource(value = Cluster.Session.class, names = "CONNECTED", mode = EnumSource.Mode.EXCLUDE)
    void isAliveButNotReadyWithoutZooKeeper(Cluster.Session session) {
        // given
        State state = SERVING.with(session);
        // when
        Check ready = HealthChecks.ready(state);
        // then
        assertThat(ready.up()).isFalse();
        assertThat(ready.data()).containsEntry("zookeeper", session.name());
        assertThat(ready.data().get("advice").toString()).contains("ZooKeeper");
        assertThat(HealthChecks.live(state).up()).isTrue();
    }

    @Test
    void isAliveButNotReadyWhenReadOnly() {
        // given
        State state = SERVING.with(new EngineStatus.ReadOnly(ErrorCode.DISK_FULL, "no space left"));
        // when
        Check ready = HealthChecks.ready(state);
        // then
        assertThat(ready.up()).isFalse();
        assertThat(ready.data().get("advice").toString()).contains("no space left");
        assertThat(HealthChecks.live(state).up()).isTrue();
    }

    @Test
    void isAliveButNotReadyWhileDrainingOrRecovering() {
        State draining = new State(
                SERVING.phase,
                true,
                true,
                SERVING.zookeeper,
                SERVING.engine,
                SERVING.storage,
                3,
                3,
                List.of(),
                Optional.empty());
        State recovering = new State(
                SERVING.phase,
                true,
                false,
                SERVING.zookeeper,
                SERVING.engine,
                SERVING.storage,
                3,
                2,
                List.of(),
                Optional.empty());
        assertThat(HealthChecks.ready(draining).up()).isFalse();
        assertThat(HealthChecks.ready(recovering).up()).isFalse();
        assertThat(HealthChecks.live(draining).up()).isTrue();
        assertThat(HealthChecks.started(draining).up()).isTrue();
    }

    @Test
    void isReadyAndNamesThePartitionThatCouldNotBeOpened() {
        // given
        State state = new State(
                SERVING.phase,
                true,
                false,
                SERVING.zookeeper,
                SERVING.engine,
                SERVING.storage,
                3,
                2,
                List.of("orders-1"),
                Optional.empty());
        // when
        Check ready = HealthChecks.ready(state);
        // then
        assertThat(ready.up()).isTrue();
        assertThat(ready.data()).containsEntry("firstPartitionFailed", "orders-1");
        assertThat(ready.data().get("advice").toString()).contains("offline");
    }

    @Test
    void tellsToRestartOnlyAfterAFailedForce() {
        // given
        State failed = SERVING.with(new EngineStatus.ReadOnly(ErrorCode.READ_ONLY, "forcing failed"));
        State full = SERVING.with(new EngineStatus.ReadOnly(ErrorCode.DISK_FULL, "no space left"));
        State alone = SERVING.with(new EngineStatus.ReadOnly(ErrorCode.NOT_ENOUGH_REPLICAS, "too few bookies"));
        // when
        String adviceFailed = HealthChecks.ready(failed).data().get("advice").toString();
        String adviceFull = HealthChecks.ready(full).data().get("advice").toString();
        String adviceAlone = HealthChecks.ready(alone).data().get("advice").toString();
        // then
        assertThat(adviceFailed).contains("restart");
        assertThat(adviceFull).contains("make room").doesNotContain("restart");
        assertThat(adviceAlone).contains("bookies").doesNotContain("restart");
        assertThat(HealthChecks.live(failed).up()).isTrue();
    }

    @Test
    void saysThatOthersTakeThePartitionsOfANodeThatCannotStoreAndWhenItStoresAgain() {
        // given
        State impaired = SERVING.with(new EngineStatus.ReadOnly(ErrorCode.NOT_ENOUGH_REPLICAS, "no bookie answers"))
                .with(StorageReach.IMPAIRED);
        State recovering = SERVING.with(StorageReach.RECOVERING);
        // when
        Check before = HealthChecks.ready(impaired);
        Check after = HealthChecks.ready(recovering);
        // then
        assertThat(before.up()).isFalse();
        assertThat(before.data()).containsEntry("storage", "IMPAIRED");
        assertThat(before.data().get("advice").toString()).contains("take its partitions", "bookies");
        assertThat(after.up()).isTrue();
        assertThat(after.data().get("advice").toString()).contains("stores again");
    }

    @ParameterizedTest
    @EnumSource(
            value = Parts.Phase.class,
            names = {"STOPPED", "STARTING"})
    void isAliveButNeitherStartedNorReadyBeforeItServes(Parts.Phase phase) {
        // given
        State state = new State(
                phase,
                false,
                false,
                Cluster.Session.STARTING,
                SERVING.engine,
                SERVING.storage,
                0,
                0,
                List.of(),
                Optional.empty());
        // then
        assertThat(HealthChecks.started(state).up()).isFalse();
        assertThat(HealthChecks.started(state).data()).containsKey("advice");
        assertThat(HealthChecks.ready(state).up()).isFalse();
        assertThat(HealthChecks.live(state).up()).isTrue();
    }

    @Test
    void isNotAliveWhenStuckOrFailed() {
        State stuck = new State(
                SERVING.phase,
                true,
                false,
                SERVING.zookeeper,
                SERVING.engine,
                SERVING.storage,
                3,
                3,
                List.of(),
                Optional.of("orders-0 waits for 60 s"));
        State failed = new State(
                Parts.Phase.FAILED,
                false,
                false,
                SERVING.zookeeper,
                SERVING.engine,
                SERVING.storage,
                0,
                0,
                List.of(),
                Optional.empty());
        assertThat(HealthChecks.live(stuck).up()).isFalse();
        assertThat(HealthChecks.live(stuck).data()).containsEntry("stuck", "orders-0 waits for 60 s");
        assertThat(HealthChecks.live(failed).up()).isFalse();
        assertThat(HealthChecks.started(failed).up()).isFalse();
    }

    @Test
    void isNeitherStartedNorReadyBeforeAnybodyIsLetThrough() {
        // given
        State state = new State(
                SERVING.phase,
                false,
                false,
                SERVING.zookeeper,
                SERVING.engine,
                SERVING.storage,
                3,
                3,
                List.of(),
                Optional.empty());
        // then
        assertThat(HealthChecks.started(state).up()).isFalse();
        assertThat(HealthChecks.started(state).data().get("advice").toString()).contains("let requests through");
        assertThat(HealthChecks.ready(state).up()).isFalse();
        assertThat(HealthChecks.live(state).up()).isTrue();
    }

    @Test
    void tellsOfAStartAsLongAsThereIsNoNode() {
        // given
        NodeWatch watch = new NodeWatch();
        // then
        assertThat(HealthChecks.started(watch.state()).up()).isFalse();
        assertThat(HealthChecks.started(watch.state()).data()).containsEntry("phase", "STARTING");
        assertThat(HealthChecks.ready(watch.state()).up()).isFalse();
        assertThat(HealthChecks.live(watch.state()).up()).isTrue();
        watch.failed();
        assertThat(HealthChecks.live(watch.state()).up()).isFalse();
    }

    private record State(
            Parts.Phase phase,
            boolean answering,
            boolean draining,
            Cluster.Session zookeeper,
            EngineStatus engine,
            StorageReach storage,
            int partitionsOwned,
            int partitionsOpen,
            List<String> partitionsFailed,
            Optional<String> stuck)
            implements NodeState {
        State with(Cluster.Session session) {
            return new State(
                    phase,
                    answering,
                    draining,
                    session,
                    engine,
                    storage,
                    partitionsOwned,
                    partitionsOpen,
                    partitionsFailed,
                    stuck);
        }

        State with(StorageReach reach) {
            return new State(
                    phase,
                    answering,
                    draining,
                    zookeeper,
                    engine,
                    reach,
                    partitionsOwned,
                    partitionsOpen,
                    partitionsFailed,
                    stuck);
        }

        State with(EngineStatus status) {
            return new State(
                    phase,
                    answering,
                    draining,
                    zookeeper,
                    status,
                    storage,
                    partitionsOwned,
                    partitionsOpen,
                    partitionsFailed,
                    stuck);
        }
    }
}
