package io.barnabas.broker.subscription;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.Fetching;
import io.barnabas.broker.Positioning;
import io.barnabas.broker.StartPosition;
import io.barnabas.broker.Topics;
import io.barnabas.group.Timers;
import io.barnabas.log.PartitionLog;
import io.barnabas.log.PartitionLog.Registration;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.TopicPartition;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** The broker's records for subscriptions. Thread-safe. */
final class BrokerRecords implements RecordSource {
    private final Topics topics;
    private final Fetching fetching;
    private final Positioning positioning;
    private final SubscriptionSettings settings;
    private final Timers timers;
    private final LongSupplier nanoTime;
    private final SharedReads shared;

    /** Logs that anybody follows. */
    private final Map<PartitionLog, FanOut> fanOuts = new ConcurrentHashMap<>();

    BrokerRecords(
            Topics topics,
            Fetching fetching,
            Positioning positioning,
            SubscriptionSettings settings,
            Timers timers,
            LongSupplier nanoTime) {
        this.topics = requireNonNull(topics, "topics");
        this.fetching = requireNonNull(fetching, "fetching");
        this.positioning = requireNonNull(positioning, "positioning");
        this.settings = requireNonNull(settings, "settings");
        this.timers = requireNonNull(timers, "timers");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
        this.shared = new SharedReads(settings.sharedReadBytes());
    }

    @Override
    public int partitionCount(String topic) {
        return topics.topic(topic).partitionCount();
    }

    @Override
    public CompletionStage<Portion> read(TopicPartition partition, long offset, int maxBytes) {
        PartitionLog log;
        try {
            log = fetching.log(partition);
        } catch (BarnabasException e) {
            return CompletableFuture.failedFuture(e);
        }
        return shared.read(
                partition,
                log,
                offset,
                fetching::block,
                memory -> fetching.fetchNow(partition, offset, maxBytes, memory));
    }

    @Override
    public PartitionLog log(TopicPartition partition) {
        return fetching.log(partition);
    }

    @Override
    public Registration onRecords(PartitionLog log, LongConsumer listener) {
        TopicPartition partition = log.id().partition();
        Registration registration = follow(log, listener);
        AtomicBoolean closed = new AtomicBoolean();
        shared.follow(partition);
        return () -> {
            registration.close();
            if (closed.compareAndSet(false, true)) {
                shared.unfollow(partition);
            }
        };
    }

    private Registration follow(PartitionLog log, LongConsumer listener) {
        while (true) {
            Registration registration = fanOut(log).follow(listener);
            if (registration != null) {
                return registration;
            } // its last follower left between the two steps
        }
    }

    private FanOut fanOut(PartitionLog log) {
        FanOut present = fanOuts.get(log);
        if (present != null) {
            return present;
        }
        FanOut fresh =
                new FanOut(log, settings.followersPerMs(), timers, nanoTime, deserted -> fanOuts.remove(log, deserted));
        FanOut first = fanOuts.putIfAbsent(log, fresh);
        if (first != null) {
            fresh.close();
        }
        return first == null ? fresh : first;
    }

    @Override
    public CompletionStage<Long> resolve(TopicPartition partition, StartPosition start) {
        return positioning.resolve(partition, start);
    }

    @Override
    public CompletionStage<Long> resume(String group, TopicPartition partition, StartPosition start) {
        return positioning.resume(group, Set.of(partition), start).thenApply(positions -> positions.get(partition));
    }
}
