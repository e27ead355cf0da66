package io.barnabas.broker.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.barnabas.broker.BrokerSettings;
import io.barnabas.broker.StartPosition;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.LogRecord;
import io.barnabas.record.TopicPartition;
import io.barnabas.testing.Batches;
import io.barnabas.testing.ManualClock;
import io.barnabas.testing.ManualScheduler;
import io.barnabas.testing.ManyBrokers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A reader on one node of what another one owns. */
class RemoteSubscriptionTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final TopicPartition FIRST = new TopicPartition("orders", 0);

    private final ManyBrokers brokers = new ManyBrokers(BrokerSettings.DEFAULTS, false);
    private final ManyBrokers.Broker owner = brokers.join(1);
    private final ManyBrokers.Broker reading = brokers.join(2);
    private final ManyBrokers.Broker third = brokers.join(3);
    private final ExecutorService pool = Executors.newSingleThreadExecutor();
    private final SerialExecutor turns = new SerialExecutor(pool);
    private final Received received = new Received();
    private final ManualClock clock = new ManualClock();
    private long nanos = 1;
    private Subscription subscription;

    @AfterEach
    void close() {
        brokers.close();
        pool.shutdownNow();
    }

    @Test
    void isPushedWhatIsAppendedOnAnotherNode() {
        // given
        subscribe();
        for (int record = 0; record < 50; record++) {
            // when
            append("r" + record);
            int expected = record + 1;
            // then
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .atMost(TIMEOUT)
                    .until(() -> received.values.size() == expected);
        }
    }

    @Test
    void goesOnAtTheNextOffsetWhenThePartitionMoves() {
        // given
        subscribe();
        List<String> expected = new ArrayList<>();
        for (int move = 0; move < 6; move++) {
            // when
            brokers.cluster.release(FIRST);
            tick();
            brokers.cluster.give(FIRST, 1 + move % 3);
            for (int record = 0; record < 5; record++) {
                expected.add(move + "-" + record);
                append(move + "-" + record);
            }
            // then
            await().atMost(TIMEOUT).untilAsserted(() -> {
                tick();
                assertThat(received.values).isEqualTo(expected);
            });
        }
        assertThat(received.failures).as("the reader does not notice").isEmpty();
    }

    private void subscribe() {
        join(owner.topics.create("orders", OptionalInt.of(1), Map.of()));
        brokers.cluster.give(FIRST, 1);
        Subscriptions subscriptions = new Subscriptions(
                reading.topics,
                reading.fetching,
                reading.positioning,
                reading.coordinator,
                SubscriptionSettings.DEFAULTS,
                new ManualScheduler(clock),
                clock::nanoTime);
        SubscribeRequest request = new SubscribeRequest(
                "orders",
                Optional.empty(),
                Set.of(),
                Optional.of(new StartPosition.Earliest()),
                100_000,
                false,
                Optional.empty(),
                "test");
        subscription = subscriptions.open(request, received, turns);
        CompletableFuture<Subscription.Started> started = new CompletableFuture<>();
        turns.execute(() -> subscription.start().thenAccept(started::complete));
        join(started);
    }

    private void append(String value) {
        join(third.producing.appendBatches(FIRST, Batches.of(value), Acks.ALL));
    }

    /** A second passes for the subscription. */
    private void tick() {
        turns.execute(() -> {
            nanos += TimeUnit.SECONDS.toNanos(2);
            subscription.tick(nanos);
        });
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .copy()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    /** Takes everything at once. */
    private static final class Received implements Outlet {
        private final List<String> values = new CopyOnWriteArrayList<>();
        private final List<BarnabasException> failures = new CopyOnWriteArrayList<>();

        @Override
        public boolean writable() {
            return true;
        }

        @Override
        public Feed feed(TopicPartition partition, Portion portion, long from) {
            return new Feed() {
                private long next = from;

                @Override
                public int send(long most) {
                    int sent = 0;
                    for (LogRecord record : Batches.records(portion.batches())) {
                        if (record.offset() >= next) {
                            values.add(new String(record.value(), StandardCharsets.UTF_8));
                            next = record.offset() + 1;
                            sent++;
                        }
                    }
                    return sent;
                }

                @Override
                public long nextOffset() {
                    return next;
                }
            };
        }

        @Override
        public void assigned(
                int generation, SortedMap<TopicPartition, OptionalLong> offsets, Optional<String> waiting) {}

        @Override
        public void revoked(int generation, Set<TopicPartition> partitions) {}

        @Override
        public void failed(TopicPartition partition, BarnabasException failure) {
            failures.add(failure);
        }

        @Override
        public void ended(BarnabasException reason) {
            failures.add(reason);
        }

        @Override
        public CompletionStage<Void> received() {
            return new CompletableFuture<>();
        }
    }
}
