package io.barnabas.broker.group;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.peer.PeerCalls;
import io.barnabas.broker.peer.PeerOperation;
import io.barnabas.cluster.ClusterView;
import io.barnabas.group.GroupCoordinator;
import io.barnabas.group.Timers;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/**
 * The way to the node that coordinates a group. While nobody does, or it cannot be reached, what is asked waits and is
 * tried again within a bounded time. Thread-safe.
 */
public final class CoordinatorRoute {
    private final ToIntFunction<String> journalPartition;
    private final GroupJournal journal;
    private final Supplier<ClusterView> view;
    private final PeerCalls calls;
    private final RoutingSettings settings;
    private final Retries retries;

    /**
     * A way that follows the given view.
     *
     * @param journalPartition of a group
     * @param journal is made when a coordinator is needed
     * @param timers where waits end
     */
    public CoordinatorRoute(
            ToIntFunction<String> journalPartition,
            GroupJournal journal,
            Supplier<ClusterView> view,
            PeerCalls calls,
            RoutingSettings settings,
            Timers timers,
            LongSupplier nanoTime) {
        this.journalPartition = requireNonNull(journalPartition, "journalPartition");
        this.journal = requireNonNull(journal, "journal");
        this.view = requireNonNull(view, "view");
        this.calls = requireNonNull(calls, "calls");
        this.settings = requireNonNull(settings, "settings");
        this.retries = new Retries(settings.retryDelayMs(), timers, nanoTime);
    }

    /** What may be sent again although it may have been executed already. */
    public enum Rule {
        /** Executed twice it does what it does once, or what came between makes the second one fail. */
        REPEATABLE,
        /** Once only, as far as can be told: the caller decides. */
        ONCE
    }

    /** One try. */
    public interface Try<T> {
        /**
         * Asks once.
         *
         * @param unsure whether one before this may have been executed without our knowing
         */
        CompletionStage<T> run(boolean unsure);
    }

    public RoutingSettings settings() {
        return settings;
    }

    /** The node that coordinates the group; absent while nobody does. */
    public OptionalInt coordinatorOf(ClusterView now, String group) {
        return now.owner(new TopicPartition(GroupCoordinator.JOURNAL_TOPIC, journalPartition.applyAsInt(group)))
                .map(owner -> OptionalInt.of(owner.nodeId()))
                .orElse(OptionalInt.empty());
    }

    /**
     * As {@link #coordinatorOf}, or {@code COORDINATOR_LOADING}; then the journal is being made, when none was there.
     *
     * @throws BarnabasException also with {@code INTERNAL_ERROR}, see {@link GroupJournal#requireAsSet}
     */
    public int require(String group) {
        journal.prepare();
        journal.requireAsSet();
        return coordinatorOf(view.get(), group)
                .orElseThrow(() -> new BarnabasException(
                        ErrorCode.COORDINATOR_LOADING,
                        "group '" + group + "' has no coordinator at the moment; try again"));
    }

    /** Whether that is this node. */
    public boolean here(int nodeId) {
        return nodeId == view.get().thisNodeId();
    }

    /** The outcome of the first try that finds its coordinator, or the last failure after {@code waitMs}. */
    public <T> CompletionStage<T> run(Rule rule, int waitMs, Try<T> attempt) {
        return retries.run(rule, waitMs, attempt);
    }

    <T> CompletionStage<T> run(Rule rule, Try<T> attempt) {
        return run(rule, settings.waitMs(), attempt);
    }

    /** One try, at the coordinator of now: {@code here}, or as a call to another node. */
    public <T> CompletionStage<T> once(
            String group,
            Supplier<CompletionStage<T>> here,
            PeerOperation operation,
            Supplier<ByteBuffer> call,
            int callTimeoutMs,
            Function<ByteBuffer, T> answer) {
        int coordinator = require(group);
        return here(coordinator)
                ? here.get()
                : call(coordinator, operation, call.get(), callTimeoutMs).thenApply(answer);
    }

    /** Asks that node; one that drains is {@code NOT_OWNER}: it has given its groups away, or is about to. */
    public CompletionStage<ByteBuffer> call(int nodeId, PeerOperation operation, ByteBuffer body, int timeoutMs) {
        return calls.call(nodeId, operation, body, timeoutMs).exceptionally(failure -> {
            BarnabasException known = BarnabasException.of(failure);
            if (known.code() == ErrorCode.DRAINING) {
                throw new BarnabasException(ErrorCode.NOT_OWNER, "node " + nodeId + ": " + known.getMessage());
            }
            throw known;
        });
    }

    /** Something has changed: whoever waits looks again now. */
    void wake() {
        retries.wake();
    }

    /** Nothing is tried any more. */
    void close() {
        retries.close();
    }
}
