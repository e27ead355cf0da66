package io.barnabas.broker.subscription;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.StartPosition;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * A reader on its own: chosen partitions, or all of a topic, those that are added later too. Commits nothing. Confined
 * to its turns.
 */
final class SoloSubscription implements Subscription {
    private final SubscribeRequest request;
    private final RecordSource source;
    private final Outlet outlet;
    private final Executor turns;
    private final SubscriptionSettings settings;
    private final Delivery delivery;
    private final Repeat recheck;

    /** Rises with every assignment, from 1; a reader on its own has no other generation. */
    private int generation;

    private int partitionCount;
    private boolean over;

    SoloSubscription(
            SubscribeRequest request,
            RecordSource source,
            Outlet outlet,
            Executor turns,
            SubscriptionSettings settings) {
        this.request = requireNonNull(request, "request");
        this.source = requireNonNull(source, "source");
        this.outlet = requireNonNull(outlet, "outlet");
        this.turns = requireNonNull(turns, "turns");
        this.settings = requireNonNull(settings, "settings");
        this.delivery = new Delivery(source, outlet, turns, settings.readBytes(), request.start());
        this.recheck = new Repeat(settings.recheckIntervalMs());
    }

    @Override
    public CompletionStage<Started> start() {
        CompletableFuture<Started> started = new CompletableFuture<>();
        SortedMap<TopicPartition, CompletableFuture<Long>> positions = new TreeMap<>();
        partitionCount = source.partitionCount(request.topic());
        for (int partition : wanted()) {
            TopicPartition key = new TopicPartition(request.topic(), partition);
            positions.put(key, source.resolve(key, request.start()).toCompletableFuture());
        }
        CompletionStage<Void> all = CompletableFuture.allOf(positions.values().toArray(CompletableFuture[]::new));
        all.whenComplete((done, failure) -> turns.execute(() -> {
            if (failure != null) {
                over = true;
                started.completeExceptionally(BarnabasException.of(failure));
            } else if (!over) {
                started.complete(new Started(Optional.empty()));
                positions.forEach((partition, position) -> delivery.add(partition, position.join()));
                announce();
                delivery.credit(request.credit());
            }
        }));
        return started;
    }

    private Set<Integer> wanted() {
        if (!request.partitions().isEmpty()) {
            return request.partitions();
        }
        Set<Integer> all = new TreeSet<>();
        for (int partition = 0; partition < partitionCount; partition++) {
            all.add(partition);
        }
        return all;
    }

    private void announce() {
        generation++;
        SortedMap<TopicPartition, OptionalLong> offsets = new TreeMap<>();
        delivery.positions().forEach((partition, offset) -> offsets.put(partition, OptionalLong.of(offset)));
        outlet.assigned(generation, offsets, Optional.empty());
    }

    @Override
    public long credit(long records) {
        settings.requireCredit(delivery.credit(), records);
        delivery.credit(records);
        return delivery.credit();
    }

    @Override
    public CompletionStage<Void> commit(Map<Integer, CommittedOffset> offsets, OptionalInt asked) {
        return CompletableFuture.failedFuture(new BarnabasException(
                ErrorCode.ILLEGAL_STATE, "there is nothing to commit to: this subscription has no group"));
    }

    @Override
    public CompletionStage<Long> seek(int partition, StartPosition start) {
        return Seeks.seek(new TopicPartition(request.topic(), partition), start, source, delivery, turns);
    }

    @Override
    public CompletionStage<Void> released(Set<Integer> partitions) {
        return CompletableFuture.failedFuture(new BarnabasException(
                ErrorCode.ILLEGAL_STATE, "there is nothing to release: this subscription has no group"));
    }

    @Override
    public CompletionStage<Void> unsubscribe() {
        return close();
    }

    @Override
    public void writable() {
        delivery.pump();
    }

    @Override
    public void tick(long nanoTime) {
        if (!over && generation > 0 && recheck.due(nanoTime)) {
            try {
                followPartitionCount();
                delivery.recheck();
            } catch (BarnabasException e) { // the topic is gone
                close();
                outlet.ended(e);
            }
        }
    }

    /** Partitions that were added are read from their first record: all of them are new. */
    private void followPartitionCount() {
        int now = source.partitionCount(request.topic());
        if (now > partitionCount && request.partitions().isEmpty()) {
            for (int partition = partitionCount; partition < now; partition++) {
                delivery.add(new TopicPartition(request.topic(), partition), 0);
            }
            partitionCount = now;
            announce();
        }
    }

    @Override
    public CompletionStage<Void> close() {
        over = true;
        delivery.close();
        return CompletableFuture.completedFuture(null);
    }
}
