package io.barnabas.broker.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.barnabas.cluster.Topic;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatches;
import io.barnabas.record.TopicPartition;
import io.barnabas.testing.Batches;
import io.barnabas.testing.BrokerFixture;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A node that works for consumer instances, with the real coordinator and logs in memory, and a topic of two partitions.
 * Used by one test at a time, in its thread.
 */
final class ConsumingNode implements AutoCloseable {
    static final TopicPartition P0 = new TopicPartition("orders", 0);
    static final TopicPartition P1 = new TopicPartition("orders", 1);
    static final String GROUP = "billing";

    final BrokerFixture broker = new BrokerFixture();
    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger names = new AtomicInteger();
    private ConsumerInstances instances = instances(ConsumerSettings.defaults());

    ConsumingNode() {
        await(broker.topics.create("orders", OptionalInt.of(2), Map.of()));
    }

    ConsumerInstances instances() {
        return instances;
    }

    /** The node forgets its instances, and begins anew from the journal. */
    void restart(ConsumerSettings settings) {
        instances.close();
        instances = instances(settings);
    }

    @Override
    public void close() {
        instances.close();
        timers.shutdownNow();
        broker.close();
    }

    private ConsumerInstances instances(ConsumerSettings settings) {
        return new ConsumerInstances(
                broker.coordinator,
                broker.topics,
                broker.fetching,
                broker.positioning,
                settings,
                timers,
                Runnable::run,
                System::nanoTime,
                () -> "instance-" + names.incrementAndGet());
    }

    void create(String name, Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("name", name);
        await(instances.create(GROUP, InstanceSettings.of(all)));
    }

    void subscribed(String name, Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("auto.offset.reset", "earliest");
        create(name, all);
        await(instances.subscribe(GROUP, name, new Subscription.Topics(Set.of("orders"))));
    }

    void append(TopicPartition partition, String... values) {
        Topic topic = broker.topics.topic(partition.topic());
        assertThat(topic.partitionCount()).isGreaterThan(partition.partition());
        await(broker.producing.appendBatches(partition, Batches.of(values), Acks.ALL));
    }

    Polled poll(String name, int waitMs) {
        return await(instances.poll(GROUP, name, request(waitMs)));
    }

    void takeAll(String name) {
        Polled polled = poll(name, 5_000);
        polled.handedOver(ends(polled));
    }

    Map<TopicPartition, CommittedOffset> committed() {
        return await(broker.coordinator.committed(GROUP, Set.of(P0, P1)));
    }

    static PollRequest request(int waitMs) {
        return new PollRequest(OptionalInt.of(waitMs), 1 << 20, any -> {});
    }

    static int count(Polled polled) {
        int count = 0;
        for (Polled.Chunk chunk : polled.chunks()) {
            for (RecordBatch batch : RecordBatches.stored(chunk.batches())) {
                count += batch.recordCount();
            }
        }
        return count;
    }

    static Map<TopicPartition, Long> ends(Polled polled) {
        Map<TopicPartition, Long> ends = new HashMap<>();
        for (Polled.Chunk chunk : polled.chunks()) {
            for (RecordBatch batch : RecordBatches.stored(chunk.batches())) {
                ends.put(chunk.partition(), batch.endOffset());
            }
        }
        return ends;
    }

    static void assertFails(ErrorCode code, CompletionStage<?> stage) {
        assertThatExceptionOfType(BarnabasException.class)
                .isThrownBy(() -> await(stage))
                .satisfies(e -> assertThat(e.code()).isEqualTo(code));
    }

    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture()
                    .handle((result, failure) -> {
                        if (failure != null) {
                            throw BarnabasException.of(failure);
                        }
                        return result;
                    })
                    .get(10, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw BarnabasException.of(e);
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }
}
