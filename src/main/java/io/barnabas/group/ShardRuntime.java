package io.barnabas.group;

import io.barnabas.group.GroupCoordinator.JoinRequest;
import io.barnabas.group.GroupCoordinator.Joined;
import io.barnabas.group.GroupCoordinator.MemberListener;
import io.barnabas.group.Homes.Homeless;
import io.barnabas.group.ShardStatus.Closed;
import io.barnabas.group.ShardStatus.Failed;
import io.barnabas.group.ShardStatus.Loading;
import io.barnabas.group.ShardStatus.Serving;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one {@link GroupShard}: feeds it events one at a time, journals what comes of them and lets nobody see anything
 * of it before it is durable.
 *
 * <p>An event takes effect in memory at once, and events behind it build on that; its answer and its notices wait in
 * {@code pending}, in order, until its records and all before them are durable. If a write fails, everything that waits
 * fails, memory is thrown away and read from the journal again, so memory is never ahead of it for long and never seen
 * to be.
 *
 * <p>{@link #submit}, {@link #join}, {@link #topicChanged}, {@link #homesChanged}, {@link #load} and {@link #close} may
 * be called from any thread; everything else, and all fields that are not final, belong to the queue.
 */
final class ShardRuntime {
    private static final Logger LOG = LoggerFactory.getLogger(ShardRuntime.class);

    private final int partition;
    private final Journal journal;
    private final ShardContext context;
    private final SerialQueue queue;
    private final MemberListeners listeners;
    private final ShardAlarm alarm;

    /** Topics to look at; filled from any thread. Holds each once, so it is bounded by the topics there are. */
    private final Set<String> changedTopics = new ConcurrentSkipListSet<>();

    /** Whether homes are to be looked at; set from any thread, so that at most one look waits. */
    private final AtomicBoolean homesChanged = new AtomicBoolean();

    private final CompletableFuture<Void> firstLoad = new CompletableFuture<>();
    private final Deque<Pending> pending = new ArrayDeque<>();
    private ShardStatus status = new Closed(ErrorCode.COORDINATOR_LOADING, "has not begun to load");
    private int writesUnderWay;
    private boolean flushing;

    ShardRuntime(int partition, Journal journal, ShardContext context) {
        this.partition = partition;
        this.journal = journal;
        this.context = context;
        this.queue = new SerialQueue(
                context.eventExecutor(), context.settings().maxQueuedEvents(), "group partition " + partition);
        this.listeners = new MemberListeners(context.noticeExecutor());
        this.alarm = new ShardAlarm(context.timers(), () -> queue.insert(this::timeOut));
    }

    /** Reads the journal, then serves; completes exceptionally when it cannot be read. Call once. */
    CompletionStage<Void> load() {
        queue.insert(this::startLoading);
        return firstLoad;
    }

    <R> CompletionStage<R> submit(BiFunction<GroupShard, Moment, Outcome<R>> event) {
        return submit(event, reply -> {});
    }

    CompletionStage<Joined> join(String group, JoinRequest request, Optional<Home> home, MemberListener listener) {
        return submit(
                (shard, now) -> shard.join(group, request, home, now),
                joined -> listeners.attach(group, joined.memberId(), listener));
    }

    /** The topic has another number of partitions, or is gone. */
    void topicChanged(String topic) {
        if (changedTopics.add(topic)) {
            queue.insert(this::lookAtTopics);
        }
    }

    /** A home may be gone. */
    void homesChanged() {
        if (homesChanged.compareAndSet(false, true)) {
            queue.insert(this::lookAtHomes);
        }
    }

    /** Answers everything with {@code code} from now on, also what waits. */
    void close(ErrorCode code, String reason) {
        queue.insert(() -> stop(code, reason, Pending::abandon));
    }

    private <R> CompletionStage<R> submit(BiFunction<GroupShard, Moment, Outcome<R>> event, Consumer<R> whenDurable) {
        CompletableFuture<R> reply = new CompletableFuture<>();
        try {
            queue.offer(() -> handle(event, reply, whenDurable));
        } catch (BarnabasException e) {
            reply.completeExceptionally(e);
        }
        return reply;
    }

    private <R> void handle(
            BiFunction<GroupShard, Moment, Outcome<R>> event, CompletableFuture<R> reply, Consumer<R> whenDurable) {
        if (!(status instanceof Serving serving)) {
            reply.completeExceptionally(status.refusal(partition));
            return;
        }
        if (pending.size() >= context.settings().maxPendingWrites()) {
            reply.completeExceptionally(new BarnabasException(
                    ErrorCode.OVERLOADED, pending.size() + " answers wait for the disk; try again"));
            return;
        }
        apply(
                () -> event.apply(serving.shard(), context.now()),
                answer -> {
                    whenDurable.accept(answer);
                    reply.complete(answer);
                },
                reply::completeExceptionally);
    }

    /** Runs an event of our own; a failure has been looked after when {@code failed} hears of it. */
    private void handle(BiFunction<GroupShard, Moment, Outcome<Void>> event, Consumer<Throwable> failed) {
        if (status instanceof Serving serving) {
            apply(() -> event.apply(serving.shard(), context.now()), reply -> {}, failed);
        }
    }

    private <R> void apply(Supplier<Outcome<R>> event, Consumer<R> answer, Consumer<Throwable> failed) {
        try {
            Outcome<R> outcome = event.get();
            Pending waiting = Pending.of(outcome, answer, failed);
            pending.add(waiting);
            if (!outcome.records().isEmpty()) {
                write(waiting, outcome.records());
            }
        } catch (BarnabasException e) {
            // A refusal, too, may rest on what is not durable yet.
            pending.add(Pending.refused(() -> failed.accept(e)));
        } catch (RuntimeException e) {
            LOG.error("Group event failed partition={}", partition, e);
            BarnabasException cause = BarnabasException.of(e);
            failed.accept(cause);
            startOver(cause);
            return;
        }
        flush();
    }

    private void write(Pending waiting, List<JournalRecord> records) {
        waiting.writing();
        writesUnderWay++;
        ShardStatus writer = status;
        journal.append(records, context.now().wallMs())
                .whenComplete((written, failure) -> queue.insert(() -> written(writer, waiting, failure)));
    }

    private void written(ShardStatus writer, Pending waiting, Throwable failure) {
        writesUnderWay--;
        if (status != writer) {
            reloadWhenQuiet();
        } else if (failure != null) {
            startOver(BarnabasException.of(failure));
        } else {
            waiting.written();
            flush();
        }
    }

    /** Lets out, in order, what is durable; what that brings about comes in the same loop. */
    private void flush() {
        if (flushing) {
            return;
        }
        flushing = true;
        try {
            while (status instanceof Serving
                    && !pending.isEmpty()
                    && pending.peek().durable()) {
                letOut(pending.poll());
            }
        } finally {
            flushing = false;
        }
        if (status instanceof Serving serving) {
            alarm.setTo(serving.shard().nextDeadlineMs(), context.now().monotonicMs());
        }
    }

    private void letOut(Pending durable) {
        durable.answer();
        durable.notices().forEach(this::tell);
        durable.generations()
                .forEach(generation -> handle((shard, now) -> shard.journaled(generation, now), failure -> {}));
    }

    private void tell(Notice notice) {
        if (!listeners.tell(notice) && !notice.last()) {
            handle((shard, now) -> shard.deaf(notice.group(), notice.memberId(), now), failure -> {});
        }
    }

    private void timeOut() {
        alarm.rang();
        if (status instanceof Serving) {
            handle((shard, now) -> shard.timeOut(now), failure -> {});
        }
    }

    private void lookAtTopics() {
        if (status instanceof Serving) {
            for (String topic : new TreeSet<>(changedTopics)) {
                changedTopics.remove(topic);
                handle((shard, now) -> shard.topicChanged(topic, now), failure -> changedTopics.add(topic));
            }
        }
    }

    /** While the journal is being read nothing is to be done: when that is over all homes are looked at. */
    private void lookAtHomes() {
        homesChanged.set(false);
        if (status instanceof Serving serving) {
            apply(() -> serving.shard().homesChanged(context.now()), ShardRuntime::log, failure -> {});
        }
    }

    private static void log(List<Homeless> homeless) {
        homeless.forEach(gone -> LOG.info(
                "Member goes with its node group={} member={} node={}",
                gone.group(),
                gone.memberId(),
                gone.home().nodeId()));
    }

    private void startLoading() {
        GroupShard shard = context.newShard();
        Loading loading = new Loading(shard, context.now().monotonicMs(), journal.end());
        status = loading;
        readOn(loading, journal.start(), 0);
    }

    private void readOn(Loading loading, long offset, long recordCount) {
        if (offset >= loading.endOffset()) {
            serve(loading, recordCount);
            return;
        }
        journal.read(offset, context.settings().loadReadBytes())
                .whenComplete(
                        (page, failure) -> queue.insert(() -> replay(loading, offset, recordCount, page, failure)));
    }

    private void replay(Loading loading, long offset, long recordCount, Journal.Page page, Throwable failure) {
        if (status != loading) {
            return;
        }
        if (failure != null) {
            loadingFailed(loading, BarnabasException.of(failure));
        } else if (page.nextOffset() <= offset) {
            loadingFailed(
                    loading,
                    new BarnabasException(
                            ErrorCode.CORRUPT_DATA,
                            "the group journal has nothing at offset " + offset + ", below its end "
                                    + loading.endOffset()));
        } else {
            page.records().forEach(loading.shard()::replay);
            readOn(loading, page.nextOffset(), recordCount + page.records().size());
        }
    }

    private void serve(Loading loading, long recordCount) {
        Serving serving = new Serving(loading.shard());
        status = serving;
        long durationMs = context.now().monotonicMs() - loading.sinceMs();
        LOG.info("Groups loaded partition={} records={} durationMs={}", partition, recordCount, durationMs);
        context.events().loaded(partition, recordCount, durationMs);
        apply(() -> serving.shard().loaded(context.now()), ShardRuntime::log, failure -> {});
        lookAtTopics();
        firstLoad.complete(null);
    }

    private void loadingFailed(Loading loading, BarnabasException cause) {
        LOG.error("Groups cannot be loaded partition={} code={}", partition, cause.code(), cause);
        loading.shard().table().abandon();
        status = new Failed(cause);
        boolean first = firstLoad.completeExceptionally(cause);
        if (!first && cause.code() != ErrorCode.CORRUPT_DATA) {
            startOverLater();
        }
    }

    /** Memory may be ahead of the journal: throws it away and loads again, when no write is under way any more. */
    private void startOver(BarnabasException cause) {
        LOG.warn("Group journal failed partition={} code={} reason={}", partition, cause.code(), cause.getMessage());
        context.events().journalFailed(partition, cause.code());
        if (cause.code() == ErrorCode.NOT_OWNER) {
            stop(ErrorCode.NOT_OWNER, "the node does not own it any more", Pending::fail);
            return;
        }
        abandon(new Closed(ErrorCode.COORDINATOR_LOADING, "is loaded again"), cause, Pending::fail);
        listeners.removeAll(ErrorCode.COORDINATOR_LOADING, "the group's journal failed; join again in place");
        reloadWhenQuiet();
    }

    private void reloadWhenQuiet() {
        if (writesUnderWay == 0 && status instanceof Closed closed && closed.code() == ErrorCode.COORDINATOR_LOADING) {
            status = new Failed(closed.refusal(partition));
            startOverLater();
        }
    }

    private void startOverLater() {
        context.timers()
                .schedule(
                        context.settings().reloadDelayMs(),
                        () -> queue.insert(() -> {
                            if (status instanceof Failed) {
                                startLoading();
                            }
                        }));
    }

    /** @param fail tells what waits: the log has said that it refuses, or nothing is known of what is being written */
    private void stop(ErrorCode code, String reason, BiConsumer<Pending, BarnabasException> fail) {
        if (status instanceof Closed closed && closed.code() == code) {
            return;
        }
        Closed closed = new Closed(code, reason);
        abandon(closed, closed.refusal(partition), fail);
        listeners.removeAll(code, closed.refusal(partition).getMessage());
        firstLoad.completeExceptionally(closed.refusal(partition));
    }

    private void abandon(ShardStatus next, BarnabasException cause, BiConsumer<Pending, BarnabasException> fail) {
        if (status instanceof Serving serving) {
            serving.shard().table().abandon();
        } else if (status instanceof Loading loading) {
            loading.shard().table().abandon();
        }
        status = next;
        alarm.cancel();
        List<Pending> failed = List.copyOf(pending);
        pending.clear();
        failed.forEach(waiting -> fail.accept(waiting, cause));
    }
}
