package io.barnabas.broker.consumer;

import static io.barnabas.broker.consumer.ConsumingNode.assertFails;
import static io.barnabas.broker.consumer.ConsumingNode.await;
import static io.barnabas.broker.consumer.ConsumingNode.ends;
import static io.barnabas.broker.consumer.ConsumingNode.request;
import static io.barnabas.testing.CoordinatorNetwork.GROUP;
import static io.barnabas.testing.CoordinatorNetwork.orders;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.broker.Positioning;
import io.barnabas.broker.StartPosition;
import io.barnabas.broker.peer.PeerOperation;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import io.barnabas.testing.Batches;
import io.barnabas.testing.BrokerFixture;
import io.barnabas.testing.CoordinatorNetwork;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Instances of a group that node 1 coordinates at first, used through nodes 2 and 3. */
class RoutedConsumersTest {
    private static final int LONGEST_POLL_MS = 300_000;

    private final CoordinatorNetwork cluster = new CoordinatorNetwork(3);
    private final BrokerFixture broker = new BrokerFixture();
    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
    private final Map<Integer, ConsumerInstances> local = new HashMap<>();
    private final Map<Integer, ConsumerRequests> requests = new HashMap<>();
    private final Map<Integer, RoutedConsumers> routed = new HashMap<>();
    private final AtomicInteger names = new AtomicInteger();

    @BeforeEach
    void start() {
        await(broker.topics.create("orders", OptionalInt.of(4), Map.of()));
        for (int id = 1; id <= 3; id++) {
            ConsumerSettings settings = ConsumerSettings.defaults();
            ConsumerInstances instances = new ConsumerInstances(
                    cluster.local(id),
                    broker.topics,
                    broker.fetching,
                    new Positioning(broker.topics, cluster.node(id)),
                    settings,
                    timers,
                    Runnable::run,
                    System::nanoTime,
                    () -> "never");
            cluster.node(id).whenUnloaded(instances::moved);
            ConsumerRequests answers = new ConsumerRequests(instances, settings, timers);
            cluster.network.node(id).handle(PeerOperation.CONSUMER, answers);
            local.put(id, instances);
            requests.put(id, answers);
            routed.put(
                    id,
                    new RoutedConsumers(
                            instances,
                            cluster.route(id),
                            LONGEST_POLL_MS,
                            cluster.clock::nanoTime,
                            () -> "instance-" + names.incrementAndGet()));
        }
    }

    @AfterEach
    void stop() {
        local.values().forEach(ConsumerInstances::close);
        timers.shutdownNow();
        broker.close();
    }

    private void subscribed(int node, String name) {
        await(routed.get(node)
                .create(
                        GROUP,
                        InstanceSettings.of(
                                Map.of("name", name, "auto.offset.reset", "earliest", "enable.auto.commit", "false"))));
        await(routed.get(node).subscribe(GROUP, name, new Subscription.Topics(Set.of("orders"))));
    }

    private void append(String... values) {
        await(broker.producing.appendBatches(orders(0), Batches.of(values), Acks.ALL));
    }

    private Polled poll(int node, String name) {
        return await(routed.get(node).poll(GROUP, name, request(5_000)));
    }

    private void commit(int node, String name, long offset) {
        await(routed.get(node).commit(GROUP, name, Optional.of(Map.of(orders(0), new CommittedOffset(offset, "")))));
    }

    private Map<TopicPartition, CommittedOffset> committed() {
        return await(cluster.node(3).committed(GROUP, Set.of()));
    }

    @Test
    void anInstanceIsUsedThroughAnyNode() {
        // given
        subscribed(2, "c1");
        append("a", "b");
        // when
        Polled polled = poll(3, "c1");
        polled.handedOver(ends(polled));
        await(routed.get(1).commit(GROUP, "c1", Optional.empty()));
        // then
        assertThat(polled.chunks()).extracting(Polled.Chunk::offset).containsExactly(0L);
        assertThat(committed()).containsExactly(Map.entry(orders(0), new CommittedOffset(2, "")));
        assertThat(await(routed.get(3).subscription(GROUP, "c1"))).isEqualTo(new Subscription.Topics(Set.of("orders")));
        assertThat(await(routed.get(2).assignments(GROUP, "c1")).partitions()).hasSize(4);
        await(routed.get(3).heartbeat(GROUP, "c1"));
        await(routed.get(3).delete(GROUP, "c1"));
        assertFails(ErrorCode.UNKNOWN_INSTANCE, routed.get(2).heartbeat(GROUP, "c1"));
    }

    @Test
    void itWorksOnlyWhereItsGroupIsCoordinated() {
        subscribed(2, "c1");
        poll(3, "c1").lost();
        assertThat(local.get(1).count()).isEqualTo(1);
        assertThat(local.get(2).count()).isZero();
        assertThat(local.get(3).count()).isZero();
    }

    @Test
    void recordsThatDidNotReachTheClientAreReturnedAgain() {
        // given
        subscribed(2, "c1");
        append("a");
        // when
        poll(3, "c1").lost();
        Polled again = poll(2, "c1");
        again.handedOver(ends(again));
        // then
        assertThat(again.chunks()).extracting(Polled.Chunk::offset).containsExactly(0L);
        assertThat(requests.get(1).onTheirWayCount()).isZero();
    }

    @Test
    void recordsThatWentToANodeThatDiedAreReturnedAgain() {
        // given
        subscribed(2, "c1");
        append("a");
        poll(3, "c1");
        // when
        cluster.kill(3);
        requests.get(1).viewChanged(cluster.view(1));
        // then
        assertThat(poll(2, "c1").chunks()).extracting(Polled.Chunk::offset).containsExactly(0L);
    }

    @Test
    void anInstanceSurvivesTheDeathOfItsCoordinator() {
        // given
        subscribed(2, "c1");
        append("a", "b");
        Polled polled = poll(2, "c1");
        polled.handedOver(ends(polled));
        commit(2, "c1", 1);
        // when
        cluster.kill(1);
        CompletionStage<Polled> next = routed.get(2).poll(GROUP, "c1", request(5_000));
        assertThat(next.toCompletableFuture()).isNotDone();
        cluster.take(cluster.partition(), 3);
        // then
        assertThat(await(next).chunks()).extracting(Polled.Chunk::offset).containsExactly(1L);
        assertThat(local.get(3).count()).isEqualTo(1);
    }

    @Test
    void aWaitingPollGoesOnAtTheNextCoordinator() {
        // given
        subscribed(2, "c1");
        CompletableFuture<Polled> waiting =
                routed.get(2).poll(GROUP, "c1", request(60_000)).toCompletableFuture();
        assertThat(waiting).isNotDone();
        // when
        cluster.move(3);
        append("late");
        cluster.pass(Duration.ofSeconds(1));
        // then
        assertThat(await(waiting).chunks()).hasSize(1);
        assertThat(local.get(1).count()).isZero();
    }

    @Test
    void aSeekDoesNotOutliveAMove() {
        // given
        subscribed(2, "c1");
        append("a", "b");
        Polled polled = poll(2, "c1");
        polled.handedOver(ends(polled));
        commit(2, "c1", 2);
        await(routed.get(2).seek(GROUP, "c1", Map.of(orders(0), new StartPosition.Offset(0))));
        // when
        cluster.move(3);
        // then
        assertThat(await(routed.get(2).poll(GROUP, "c1", request(20))).chunks()).isEmpty();
    }

    @Test
    void aCreationWhoseAnswerIsLostIsNotRepeatedUnderAChosenName() {
        cluster.network.loseAnswers(1);
        assertFails(
                ErrorCode.OUTCOME_UNKNOWN, routed.get(2).create(GROUP, InstanceSettings.of(Map.of("name", "mine"))));
    }

    @Test
    void aCreationWhoseAnswerIsLostIsFoundAgainUnderAMadeUpName() {
        // given
        cluster.network.loseAnswers(1);
        CompletionStage<String> created = routed.get(2).create(GROUP, InstanceSettings.of(Map.of()));
        // when
        cluster.pass(Duration.ofSeconds(1));
        // then
        assertThat(await(created)).isEqualTo("instance-1");
        await(routed.get(3).heartbeat(GROUP, "instance-1"));
    }

    @Test
    void aFormatThatTheClientDoesNotTakeIsRefusedBeforeAnythingIsRead() {
        // given
        subscribed(2, "c1");
        PollRequest jsonOnly = new PollRequest(OptionalInt.of(60_000), 1 << 20, settings -> {
            if (!settings.format().equals("json")) {
                throw new BarnabasException(ErrorCode.NOT_ACCEPTABLE, "json only");
            }
        });
        // when, then
        assertFails(ErrorCode.NOT_ACCEPTABLE, routed.get(2).poll(GROUP, "c1", jsonOnly));
    }

    @Test
    void aSecondPollDoesNotWaitLongForAnAnswerThatNobodyHas() throws Exception {
        // given
        subscribed(2, "c1");
        append("a");
        poll(3, "c1");
        // when
        CompletionStage<Polled> second = routed.get(2).poll(GROUP, "c1", request(5_000));
        // then
        List<Polled.Chunk> chunks =
                second.toCompletableFuture().get(20, TimeUnit.SECONDS).chunks();
        assertThat(chunks).extracting(Polled.Chunk::offset).containsExactly(0L);
    }
}
