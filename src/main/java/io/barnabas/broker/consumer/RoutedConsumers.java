package io.barnabas.broker.consumer;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.StartPosition;
import io.barnabas.broker.group.CoordinatorRoute;
import io.barnabas.broker.group.CoordinatorRoute.Rule;
import io.barnabas.broker.peer.PeerOperation;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicName;
import io.barnabas.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every instance of the cluster, on any node: a call goes to the node that coordinates the instance's group, where the
 * instance works, and its answer comes back from there. When that node goes, the call waits for the next one, which takes
 * the instance up from the journal.
 *
 * <p>Calls are sent again when it is not known whether they were executed: all of them may be. A commit waits for its
 * answer longer than a silent node stays an owner, so that one that was given up does not come behind a later one. An
 * instance whose name the client chose is not created twice: the client is told {@code OUTCOME_UNKNOWN}.
 */
public final class RoutedConsumers implements Consumers {
    private static final Logger LOG = LoggerFactory.getLogger(RoutedConsumers.class);
    private static final List<String> FORMATS = List.of("binary", "json", "text");

    private final Consumers local;
    private final CoordinatorRoute route;
    private final int longestPollMs;
    private final LongSupplier nanoTime;
    private final Supplier<String> names;

    /**
     * All instances.
     *
     * @param local the instances that work here
     * @param longestPollMs how long any poll may wait
     * @param names makes up names for instances without one, unique each in the cluster
     */
    public RoutedConsumers(
            Consumers local, CoordinatorRoute route, int longestPollMs, LongSupplier nanoTime, Supplier<String> names) {
        this.local = requireNonNull(local, "local");
        this.route = requireNonNull(route, "route");
        this.longestPollMs = longestPollMs;
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
        this.names = requireNonNull(names, "names");
    }

    @Override
    public CompletionStage<String> create(String group, InstanceSettings settings) {
        TopicName.requireLabel("group name", group);
        boolean madeUp = settings.name().isEmpty();
        String name = settings.name().orElseGet(names);
        InstanceSettings named = settings.named(name);
        ConsumerCall call = new ConsumerCall.Create(group, named);
        return route.run(madeUp ? Rule.REPEATABLE : Rule.ONCE, route.settings().waitMs(), unsure -> {
            CompletionStage<String> created =
                    once(group, () -> local.create(group, named), call, ConsumerAnswers::name);
            return unsure ? unless(created, ErrorCode.INSTANCE_EXISTS, name) : created;
        });
    }

    @Override
    public CompletionStage<Void> delete(String group, String name) {
        requireNames(group, name);
        ConsumerCall call = new ConsumerCall.Delete(group, name);
        return route.run(Rule.REPEATABLE, route.settings().waitMs(), unsure -> {
            CompletionStage<Void> deleted =
                    once(group, () -> local.delete(group, name), call, ConsumerAnswers::nothing);
            return unsure ? unless(deleted, ErrorCode.UNKNOWN_INSTANCE, null) : deleted;
        });
    }

    /** The stage, or {@code otherwise} when it fails with what shows that an earlier try was executed. */
    private static <T> CompletionStage<T> unless(CompletionStage<T> stage, ErrorCode shown, T otherwise) {
        return stage.exceptionally(failure -> {
            BarnabasException known = BarnabasException.of(failure);
            if (known.code() != shown) {
                throw known;
            }
            return otherwise;
        });
    }

    @Override
    public CompletionStage<Void> subscribe(String group, String name, Subscription subscription) {
        return ask(
                group,
                name,
                () -> local.subscribe(group, name, subscription),
                new ConsumerCall.Subscribe(group, name, subscription),
                ConsumerAnswers::nothing);
    }

    @Override
    public CompletionStage<Subscription> subscription(String group, String name) {
        return ask(
                group,
                name,
                () -> local.subscription(group, name),
                new ConsumerCall.Subscribed(group, name),
                ConsumerAnswers::subscription);
    }

    @Override
    public CompletionStage<Void> unsubscribe(String group, String name) {
        return ask(
                group,
                name,
                () -> local.unsubscribe(group, name),
                new ConsumerCall.Unsubscribe(group, name),
                ConsumerAnswers::nothing);
    }

    @Override
    public CompletionStage<Void> assign(String group, String name, Set<TopicPartition> partitions) {
        return ask(
                group,
                name,
                () -> local.assign(group, name, partitions),
                new ConsumerCall.Assign(group, name, partitions),
                ConsumerAnswers::nothing);
    }

    @Override
    public CompletionStage<Assignments> assignments(String group, String name) {
        return ask(
                group,
                name,
                () -> local.assignments(group, name),
                new ConsumerCall.Assigned(group, name),
                ConsumerAnswers::assignments);
    }

    /** What is left of the poll's time goes to the next node when the one that was asked goes. */
    @Override
    public CompletionStage<Polled> poll(String group, String name, PollRequest request) {
        requireNames(group, name);
        long begunNanos = nanoTime.getAsLong();
        int lookMs = Math.max(route.settings().callTimeoutMs(), request.waitMs().orElse(0));
        Map<String, BarnabasException> refusals = refusals(request);
        return route.run(Rule.REPEATABLE, Math.min(lookMs, route.settings().waitMs()), unsure -> {
            OptionalInt leftMs = left(request.waitMs(), begunNanos);
            ConsumerCall call = new ConsumerCall.Poll(group, name, leftMs, request.maxBytes(), refusals);
            int node = route.require(group);
            if (route.here(node)) {
                return local.poll(group, name, new PollRequest(leftMs, request.maxBytes(), request.check()));
            }
            int timeoutMs = Math.min(leftMs.orElse(longestPollMs), longestPollMs)
                    + route.settings().waitMs();
            return route.call(node, PeerOperation.CONSUMER, ConsumerCallFormat.encode(call), timeoutMs)
                    .thenApply(answer ->
                            ConsumerAnswers.polled(answer, (token, next) -> tellHandedOver(node, token, next)));
        });
    }

    private OptionalInt left(OptionalInt waitMs, long begunNanos) {
        if (waitMs.isEmpty()) {
            return waitMs;
        }
        long goneMs = TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - begunNanos);
        return OptionalInt.of((int) Math.max(0, waitMs.getAsInt() - goneMs));
    }

    /** What the request's check says to each format, because the check itself cannot travel. */
    private static Map<String, BarnabasException> refusals(PollRequest request) {
        Map<String, BarnabasException> refusals = new HashMap<>();
        for (String format : FORMATS) {
            try {
                request.check().accept(InstanceSettings.of(Map.of("format", format)));
            } catch (BarnabasException e) {
                refusals.put(format, e);
            }
        }
        return refusals;
    }

    /** When this does not get through the records count as lost, and are returned again. */
    private void tellHandedOver(int node, long token, Map<TopicPartition, Long> nextOffsets) {
        ByteBuffer call = ConsumerCallFormat.encode(new ConsumerCall.HandedOver(token, nextOffsets));
        route.call(node, PeerOperation.CONSUMER, call, route.settings().callTimeoutMs())
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        LOG.debug("hand-over of an answer not told node={}", node, failure);
                    }
                });
    }

    @Override
    public CompletionStage<Void> commit(
            String group, String name, Optional<Map<TopicPartition, CommittedOffset>> offsets) {
        return ask(
                group,
                name,
                () -> local.commit(group, name, offsets),
                new ConsumerCall.Commit(group, name, offsets),
                ConsumerAnswers::nothing);
    }

    @Override
    public CompletionStage<Void> seek(String group, String name, Map<TopicPartition, StartPosition> targets) {
        return ask(
                group,
                name,
                () -> local.seek(group, name, targets),
                new ConsumerCall.Seek(group, name, targets),
                ConsumerAnswers::nothing);
    }

    @Override
    public CompletionStage<Void> heartbeat(String group, String name) {
        return ask(
                group,
                name,
                () -> local.heartbeat(group, name),
                new ConsumerCall.Heartbeat(group, name),
                ConsumerAnswers::nothing);
    }

    private <T> CompletionStage<T> ask(
            String group,
            String name,
            Supplier<CompletionStage<T>> here,
            ConsumerCall call,
            Function<ByteBuffer, T> answer) {
        requireNames(group, name);
        return route.run(Rule.REPEATABLE, route.settings().waitMs(), unsure -> once(group, here, call, answer));
    }

    private <T> CompletionStage<T> once(
            String group, Supplier<CompletionStage<T>> here, ConsumerCall call, Function<ByteBuffer, T> answer) {
        return route.once(
                group,
                here,
                PeerOperation.CONSUMER,
                () -> ConsumerCallFormat.encode(call),
                route.settings().waitMs(),
                answer);
    }

    private static void requireNames(String group, String name) {
        TopicName.requireLabel("group name", group);
        TopicName.requireLabel("instance name", name);
    }
}
