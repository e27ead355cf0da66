package io.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.cluster.Cluster.Session;
import io.barnabas.cluster.Topic;
import io.barnabas.log.PartitionLog;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import io.barnabas.testing.Batches;
import io.barnabas.testing.BrokerFixture;
import io.barnabas.testing.InMemoryPartitionLog;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a node serves while it has lost its place in the cluster. */
class SessionLossTest {
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);

    private final BrokerFixture broker = new BrokerFixture();
    private final Topic topic = broker.cluster.ensure("orders", 1, Map.of());
    private final PartitionLog log = broker.partitions.log(ORDERS);

    @AfterEach
    void close() {
        broker.close();
    }

    @Test
    void goesOnReadingWhatItOwnedWhenItsSessionIsLost() {
        // when
        broker.cluster.turn(Session.LOST);
        broker.cluster.disown(ORDERS);
        // then
        assertThat(broker.partitions.log(ORDERS)).isSameAs(log);
        refused(ErrorCode.ZOOKEEPER_UNAVAILABLE);
    }

    @Test
    void doesNotSayThatNothingMoreIsThereWhenItDoesNotOwnThePartition() {
        // given
        assertThat(log.append(Batches.of("a"), Acks.ALL)).isCompleted();
        InMemoryPartitionLog zombie = broker.engine.log(log.id());
        // when
        zombie.doubt(ErrorCode.NOT_OWNER);
        // then
        assertThat(broker.fetching.fetch(ORDERS, 0, 1 << 20, 0)).isCompleted();
        assertThat(codeOf(broker.fetching.fetch(ORDERS, 1, 1 << 20, 0))).isEqualTo(ErrorCode.NOT_OWNER);
        assertThat(codeOf(broker.fetching.fetch(ORDERS, 1, 1 << 20, 10))).isEqualTo(ErrorCode.NOT_OWNER);
        zombie.doubt(ErrorCode.ZOOKEEPER_UNAVAILABLE);
        assertThat(broker.fetching.fetch(ORDERS, 1, 1 << 20, 0)).isCompleted();
    }

    @Test
    void appendsWaitForAConnectionThatWasLostJustNow() {
        // given
        broker.cluster.turn(Session.SUSPENDED);
        CompletionStage<?> appended = broker.producing.appendBatches(ORDERS, Batches.of("a"), Acks.ALL);
        assertThat(appended.toCompletableFuture()).isNotDone();
        // when
        broker.cluster.turn(Session.CONNECTED);
        // then
        assertThat(appended.toCompletableFuture()).succeedsWithin(10, TimeUnit.SECONDS);
    }

    @Test
    void appendsAreRefusedWhenTheConnectionDoesNotComeBack() {
        // when
        broker.cluster.turn(Session.SUSPENDED);
        // then
        assertThat(codeOf(broker.producing.appendBatches(ORDERS, Batches.of("a"), Acks.ALL)))
                .isEqualTo(ErrorCode.ZOOKEEPER_UNAVAILABLE);
        broker.cluster.turn(Session.LOST);
        assertThatThrownBy(() -> broker.producing.begin("orders", OptionalInt.empty(), Acks.ALL))
                .hasMessageContaining("LOST");
    }

    @Test
    void appendsNothingToALogOfAnEarlierSession() {
        // given
        broker.cluster.turn(Session.LOST);
        broker.cluster.disown(ORDERS);
        // when
        broker.cluster.turn(Session.CONNECTED);
        // then
        refused(ErrorCode.NOT_OWNER);
        broker.partitions.owned(topic, 0, 2);
        assertThat(broker.partitions.writableLog(ORDERS)).isNotNull();
    }

    @Test
    void closesWhatItOwnedWhenItIsAnothersAfterwards() {
        // given
        broker.cluster.turn(Session.LOST);
        broker.cluster.disown(ORDERS);
        broker.cluster.turn(Session.CONNECTED);
        // when
        broker.cluster.want(ORDERS, 99);
        // then
        assertThatThrownBy(() -> broker.partitions.log(ORDERS))
                .isInstanceOfSatisfying(
                        BarnabasException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PARTITION_OFFLINE))
                .hasMessageContaining("node 99");
    }

    @Test
    void closesAtOnceWhatItLosesInALivingSession() {
        // when
        broker.cluster.disown(ORDERS);
        // then
        refused(ErrorCode.PARTITION_OFFLINE);
        assertThatThrownBy(() -> broker.partitions.log(ORDERS)).isInstanceOf(BarnabasException.class);
    }

    @Test
    void handsOverOnlyWhenTheLogIsClosed() {
        // when
        broker.partitions.handOver(topic, 0).toCompletableFuture().join();
        // then
        assertThat(log.append(Batches.of("a"), Acks.ALL).toCompletableFuture()).isCompletedExceptionally();
    }

    private void refused(ErrorCode code) {
        assertThatThrownBy(() -> broker.partitions.writableLog(ORDERS))
                .isInstanceOfSatisfying(
                        BarnabasException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static ErrorCode codeOf(CompletionStage<?> answer) {
        return BarnabasException.of(answer.toCompletableFuture()
                        .handle((result, failure) -> failure)
                        .orTimeout(10, TimeUnit.SECONDS)
                        .join())
                .code();
    }
}
