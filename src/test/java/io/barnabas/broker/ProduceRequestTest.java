package io.barnabas.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.broker.RecordOutcome.Refused;
import io.barnabas.broker.RecordOutcome.Stored;
import io.barnabas.cluster.Cluster;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.KeyPartitioner;
import io.barnabas.record.TopicPartition;
import io.barnabas.testing.BrokerFixture;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProduceRequestTest {
    private final BrokerFixture broker = new BrokerFixture();

    @AfterEach
    void close() {
        broker.close();
    }

    @Test
    void dealsRecordsWithoutKeyToThePartitionsInTurn() {
        // given
        broker.cluster.ensure("orders", 3, Map.of());
        ProduceRequest request = begin("orders");
        for (int record = 0; record < 6; record++) {
            request.add(-1, -1, null, bytes("v" + record), List.of());
        }
        // when
        List<RecordOutcome> outcomes = send(request);
        // then
        assertThat(outcomes)
                .containsExactly(
                        new Stored(0, 0),
                        new Stored(1, 0),
                        new Stored(2, 0),
                        new Stored(0, 1),
                        new Stored(1, 1),
                        new Stored(2, 1));
    }

    @Test
    void goesOnDealingWhereTheLastRequestStopped() {
        broker.cluster.ensure("orders", 3, Map.of());
        ProduceRequest first = begin("orders");
        first.add(-1, -1, null, bytes("a"), List.of());
        send(first);
        ProduceRequest second = begin("orders");
        second.add(-1, -1, null, bytes("b"), List.of());
        // when
        List<RecordOutcome> outcomes = send(second);
        // then
        assertThat(outcomes).containsExactly(new Stored(1, 0));
    }

    @Test
    void sendsTheSameKeyToTheSamePartition() {
        broker.cluster.ensure("orders", 5, Map.of());
        ProduceRequest request = begin("orders");
        request.add(-1, -1, bytes("k"), bytes("a"), List.of());
        request.add(-1, -1, bytes("k"), null, List.of());
        // when
        List<RecordOutcome> outcomes = send(request);
        // then
        int partition = KeyPartitioner.partition(bytes("k"), 5);
        assertThat(outcomes).containsExactly(new Stored(partition, 0), new Stored(partition, 1));
    }

    @Test
    void storesTheOthersWhenOneRecordNamesAPartitionThatThereIsNot() {
        broker.cluster.ensure("orders", 2, Map.of());
        ProduceRequest request = begin("orders");
        request.add(1, -1, null, bytes("a"), List.of());
        request.add(9, -1, null, bytes("b"), List.of());
        request.add(1, -1, null, bytes("c"), List.of());
        // when
        List<RecordOutcome> outcomes = send(request);
        // then
        assertThat(outcomes.get(0)).isEqualTo(new Stored(1, 0));
        assertThat(outcomes.get(1))
                .isEqualTo(new Refused(
                        9, ErrorCode.UNKNOWN_PARTITION, "topic 'orders' has 2 partitions, there is no partition 9"));
        assertThat(outcomes.get(2)).isEqualTo(new Stored(1, 1));
    }

    @Test
    void refusesTheOneRecordThatIsTooLarge() {
        broker.cluster.ensure("small", 1, Map.of("max.message.bytes", "200"));
        ProduceRequest request = begin("small");
        request.add(-1, -1, null, new byte[500], List.of());
        request.add(-1, -1, null, new byte[10], List.of());
        // when
        List<RecordOutcome> outcomes = send(request);
        // then
        assertThat(outcomes.get(0)).isInstanceOfSatisfying(Refused.class, refused -> assertThat(refused.code())
                .isEqualTo(ErrorCode.RECORD_TOO_LARGE));
        assertThat(outcomes.get(1)).isEqualTo(new Stored(0, 0));
    }

    @Test
    void splitsWhatDoesNotFitOneBatchAndKeepsTheOrder() {
        broker.cluster.ensure("small", 1, Map.of("max.message.bytes", "200"));
        ProduceRequest request = begin("small");
        for (int record = 0; record < 50; record++) {
            request.add(-1, -1, null, new byte[30], List.of());
        }
        // when
        List<RecordOutcome> outcomes = send(request);
        // then
        for (int record = 0; record < 50; record++) {
            assertThat(outcomes.get(record)).isEqualTo(new Stored(0, record));
        }
    }

    @Test
    void wantsKeysInACompactedTopic() {
        broker.cluster.ensure("table", 1, Map.of("cleanup.policy", "compact"));
        ProduceRequest request = begin("table");
        request.add(-1, -1, null, bytes("a"), List.of());
        request.add(-1, -1, bytes("k"), bytes("b"), List.of());
        // when
        List<RecordOutcome> outcomes = send(request);
        // then
        assertThat(outcomes.get(0)).isInstanceOfSatisfying(Refused.class, refused -> assertThat(refused.code())
                .isEqualTo(ErrorCode.INVALID_RECORD));
        assertThat(outcomes.get(1)).isEqualTo(new Stored(0, 0));
    }

    @Test
    void storesNothingOfARequestThatIsNeverSent() {
        broker.cluster.ensure("orders", 1, Map.of());
        ProduceRequest request = begin("orders");
        // when
        request.add(-1, -1, null, bytes("a"), List.of());
        // then
        assertThat(broker.topics
                        .offsets(new TopicPartition("orders", 0))
                        .toCompletableFuture()
                        .join()
                        .end())
                .isZero();
    }

    @Test
    void refusesARecordsPartitionWhenTheRequestHasOne() {
        broker.cluster.ensure("orders", 2, Map.of());
        ProduceRequest request = broker.producing.begin("orders", OptionalInt.of(1), Acks.ALL);
        assertThatThrownBy(() -> request.add(0, -1, null, bytes("a"), List.of()))
                .hasMessageContaining("records[0].partition");
    }

    @Test
    void refusesTopicsOfTheBroker() {
        assertThatThrownBy(() -> begin("__barnabas_groups"))
                .isInstanceOfSatisfying(BarnabasException.class, failure -> assertThat(failure.code())
                        .isEqualTo(ErrorCode.FORBIDDEN));
    }

    @Test
    void refusesWritingWithoutZooKeeper() {
        broker.cluster.ensure("orders", 1, Map.of());
        broker.cluster.turn(Cluster.Session.LOST);
        assertThatThrownBy(() -> begin("orders"))
                .isInstanceOfSatisfying(BarnabasException.class, failure -> assertThat(failure.code())
                        .isEqualTo(ErrorCode.ZOOKEEPER_UNAVAILABLE));
    }

    private ProduceRequest begin(String topic) {
        return broker.producing.begin(topic, OptionalInt.empty(), Acks.ALL);
    }

    private static List<RecordOutcome> send(ProduceRequest request) {
        return request.send().toCompletableFuture().join();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
