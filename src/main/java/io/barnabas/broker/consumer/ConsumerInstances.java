package io.barnabas.broker.consumer;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.Fetching;
import io.barnabas.broker.Positioning;
import io.barnabas.broker.StartPosition;
import io.barnabas.broker.Topics;
import io.barnabas.group.GroupCoordinator;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.ConsumerInstance;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicName;
import io.barnabas.record.TopicPartition;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The instances that work on this node, which coordinates their groups; {@code NOT_OWNER} for others. What this node does
 * not know it takes up from the journal.
 */
public final class ConsumerInstances implements Consumers, AutoCloseable {
    private static final int SWEEPS_PER_IDLE_TIME = 4;

    private final Services services;
    private final Supplier<String> names;
    private final Map<Key, Instance> instances = new ConcurrentHashMap<>();
    private final ScheduledFuture<?> sweep;

    /**
     * Begins to work at once.
     *
     * @param timers ends waits and forgets idle instances; nothing else runs on its thread
     * @param workers run short tasks that never block
     * @param nanoTime measures waits and idle time
     * @param names makes up names for instances without one, unique each
     */
    public ConsumerInstances(
            GroupCoordinator coordinator,
            Topics topics,
            Fetching fetching,
            Positioning positioning,
            ConsumerSettings settings,
            ScheduledExecutorService timers,
            Executor workers,
            LongSupplier nanoTime,
            Supplier<String> names) {
        this.services = new Services(
                requireNonNull(coordinator, "coordinator"),
                requireNonNull(topics, "topics"),
                requireNonNull(fetching, "fetching"),
                requireNonNull(positioning, "positioning"),
                requireNonNull(settings, "settings"),
                requireNonNull(timers, "timers"),
                requireNonNull(workers, "workers"),
                requireNonNull(nanoTime, "nanoTime"));
        this.names = requireNonNull(names, "names");
        long everyMs = Math.max(1, settings.idleTimeoutMs() / SWEEPS_PER_IDLE_TIME);
        this.sweep = timers.scheduleWithFixedDelay(this::forgetIdle, everyMs, everyMs, TimeUnit.MILLISECONDS);
    }

    @Override
    public CompletionStage<String> create(String group, InstanceSettings settings) {
        TopicName.requireLabel("group name", group);
        requireRoom();
        String name = settings.name().orElseGet(names);
        ConsumerInstance instance = new ConsumerInstance(
                name,
                settings.toMap(),
                Set.of(),
                Optional.empty(),
                Set.of(),
                Optional.empty(),
                services.settings().idleTimeoutMs());
        return services.coordinator().createInstance(group, instance).thenApply(done -> {
            instances.put(new Key(group, name), new Instance(services, group, instance));
            return name;
        });
    }

    @Override
    public CompletionStage<Void> delete(String group, String name) {
        return with(group, name, instance -> instance.delete()
                .thenRun(() -> instances.remove(new Key(group, name), instance)));
    }

    @Override
    public CompletionStage<Void> subscribe(String group, String name, Subscription subscription) {
        return with(group, name, instance -> instance.subscribe(subscription));
    }

    @Override
    public CompletionStage<Subscription> subscription(String group, String name) {
        return with(group, name, Instance::subscription);
    }

    @Override
    public CompletionStage<Void> unsubscribe(String group, String name) {
        return with(group, name, Instance::unsubscribe);
    }

    @Override
    public CompletionStage<Void> assign(String group, String name, Set<TopicPartition> partitions) {
        return with(group, name, instance -> instance.assign(partitions));
    }

    @Override
    public CompletionStage<Assignments> assignments(String group, String name) {
        return with(group, name, Instance::assignments);
    }

    @Override
    public CompletionStage<Polled> poll(String group, String name, PollRequest request) {
        return with(group, name, instance -> instance.poll(request));
    }

    @Override
    public CompletionStage<Void> commit(
            String group, String name, Optional<Map<TopicPartition, CommittedOffset>> offsets) {
        return with(group, name, instance -> instance.commit(offsets));
    }

    @Override
    public CompletionStage<Void> seek(String group, String name, Map<TopicPartition, StartPosition> targets) {
        return with(group, name, instance -> instance.seek(targets));
    }

    @Override
    public CompletionStage<Void> heartbeat(String group, String name) {
        return with(group, name, Instance::heartbeat);
    }

    /** Makes waiting polls look again; together with the drain of the long polls it ends them. */
    public void wakeAll() {
        instances.values().forEach(Instance::wake);
    }

    /** Instances this node works for at the moment. */
    public int count() {
        return instances.size();
    }

    /** This node does not coordinate these groups any more: waiting polls end, the instances go on elsewhere. */
    public void moved(int journalPartition) {
        instances.forEach((key, instance) -> {
            if (services.coordinator().journalPartition(key.group()) == journalPartition
                    && instances.remove(key, instance)) {
                instance.forget(ErrorCode.NOT_OWNER, "its group is coordinated by another node now");
            }
        });
    }

    /** Forgets everything that lives on this node alone; the journal keeps the instances. Idempotent. */
    @Override
    public void close() {
        sweep.cancel(false);
        instances.values().forEach(instance -> instance.forget(ErrorCode.DRAINING, "this node goes down"));
        instances.clear();
    }

    private <T> CompletionStage<T> with(
            String group, String name, Function<Instance, ? extends CompletionStage<T>> call) {
        TopicName.requireLabel("group name", group);
        TopicName.requireLabel("instance name", name);
        return find(new Key(group, name)).thenCompose(call);
    }

    private CompletionStage<Instance> find(Key key) {
        Instance known = instances.get(key);
        if (known == null) {
            requireRoom();
            return services.coordinator()
                    .instance(key.group(), key.name())
                    .thenApply(journaled ->
                            instances.computeIfAbsent(key, absent -> new Instance(services, key.group(), journaled)));
        }
        return known.refresh().handle((done, failure) -> {
            if (failure != null) {
                BarnabasException problem = BarnabasException.of(failure);
                boolean gone = problem.code() == ErrorCode.UNKNOWN_INSTANCE || problem.code() == ErrorCode.NOT_OWNER;
                if (gone && instances.remove(key, known)) {
                    known.forget(problem.code(), problem.getMessage());
                }
                throw problem;
            }
            return known;
        });
    }

    private void requireRoom() {
        if (instances.size() >= services.settings().maxInstances()) {
            throw new BarnabasException(
                    ErrorCode.TOO_MANY,
                    "this node already works for " + services.settings().maxInstances() + " consumer instances");
        }
    }

    private void forgetIdle() {
        long now = services.nanoTime().getAsLong();
        instances.forEach((key, instance) -> {
            if (instance.idle(now) && instances.remove(key, instance)) {
                instance.forget(ErrorCode.UNKNOWN_INSTANCE, "it was idle");
            }
        });
    }

    private record Key(String group, String name) {}
}
