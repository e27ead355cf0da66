package io.barnabas.broker.consumer;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.peer.PeerHandler;
import io.barnabas.cluster.ClusterView;
import io.barnabas.record.BarnabasException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Answers what other nodes ask of the instances that work here. An answer with records counts as returned when the asking
 * node says that its client has it; when that node goes before, it counts as lost. Thread-safe.
 */
public final class ConsumerRequests implements PeerHandler {
    private final Consumers consumers;
    private final ScheduledExecutorService timers;
    private final int handOverTimeoutMs;

    /** Answers of which it is not known whether they reached their client; at most one for each instance. */
    private final Map<Long, OnItsWay> onTheirWay = new ConcurrentHashMap<>();

    private final AtomicLong lastToken = new AtomicLong();

    /**
     * Answers with these instances.
     *
     * @param timers ends what nobody tells anything of; nothing else runs on its thread
     */
    public ConsumerRequests(Consumers consumers, ConsumerSettings settings, ScheduledExecutorService timers) {
        this.consumers = requireNonNull(consumers, "consumers");
        this.timers = requireNonNull(timers, "timers");
        this.handOverTimeoutMs = settings.handOverTimeoutMs();
    }

    private record OnItsWay(int nodeId, Polled polled, ScheduledFuture<?> deadline) {}

    @Override
    public CompletionStage<ByteBuffer> handle(int fromNode, ByteBuffer body) {
        try {
            return answer(fromNode, ConsumerCallFormat.decode(body));
        } catch (BarnabasException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletionStage<ByteBuffer> answer(int fromNode, ConsumerCall call) {
        if (call instanceof ConsumerCall.Create create) {
            return consumers.create(create.group(), create.settings()).thenApply(ConsumerAnswers::name);
        } else if (call instanceof ConsumerCall.Delete delete) {
            return nothing(consumers.delete(delete.group(), delete.name()));
        } else if (call instanceof ConsumerCall.Subscribe subscribe) {
            return nothing(consumers.subscribe(subscribe.group(), subscribe.name(), subscribe.subscription()));
        } else if (call instanceof ConsumerCall.Subscribed subscribed) {
            return consumers
                    .subscription(subscribed.group(), subscribed.name())
                    .thenApply(ConsumerAnswers::subscription);
        } else if (call instanceof ConsumerCall.Unsubscribe unsubscribe) {
            return nothing(consumers.unsubscribe(unsubscribe.group(), unsubscribe.name()));
        } else if (call instanceof ConsumerCall.Assign assign) {
            return nothing(consumers.assign(assign.group(), assign.name(), assign.partitions()));
        } else if (call instanceof ConsumerCall.Assigned assigned) {
            return consumers.assignments(assigned.group(), assigned.name()).thenApply(ConsumerAnswers::assignments);
        } else if (call instanceof ConsumerCall.Poll poll) {
            return poll(fromNode, poll);
        } else if (call instanceof ConsumerCall.Commit commit) {
            return nothing(consumers.commit(commit.group(), commit.name(), commit.offsets()));
        } else if (call instanceof ConsumerCall.Seek seek) {
            return nothing(consumers.seek(seek.group(), seek.name(), seek.targets()));
        } else if (call instanceof ConsumerCall.Heartbeat heartbeat) {
            return nothing(consumers.heartbeat(heartbeat.group(), heartbeat.name()));
        } else if (call instanceof ConsumerCall.HandedOver handedOver) {
            return handedOver(fromNode, handedOver);
        }
        throw new IllegalStateException("nobody answers " + call.getClass());
    }

    private CompletionStage<ByteBuffer> poll(int fromNode, ConsumerCall.Poll poll) {
        PollRequest request = new PollRequest(poll.waitMs(), poll.maxBytes(), settings -> {
            BarnabasException refusal = poll.refusals().get(settings.format());
            if (refusal != null) {
                throw refusal;
            }
        });
        return consumers.poll(poll.group(), poll.name(), request).thenApply(polled -> {
            long token = polled.chunks().isEmpty() ? 0 : sendOff(fromNode, polled);
            return ConsumerAnswers.polled(token, polled);
        });
    }

    private long sendOff(int fromNode, Polled polled) {
        long token = lastToken.incrementAndGet();
        ScheduledFuture<?> deadline = timers.schedule(() -> lost(token), handOverTimeoutMs, TimeUnit.MILLISECONDS);
        onTheirWay.put(token, new OnItsWay(fromNode, polled, deadline));
        return token;
    }

    private CompletionStage<ByteBuffer> handedOver(int fromNode, ConsumerCall.HandedOver call) {
        OnItsWay answer = onTheirWay.get(call.token());
        if (answer != null && answer.nodeId() == fromNode && onTheirWay.remove(call.token(), answer)) {
            answer.deadline().cancel(false);
            answer.polled().handedOver(call.nextOffsets());
        }
        return CompletableFuture.completedFuture(ConsumerAnswers.nothing());
    }

    private void lost(long token) {
        OnItsWay answer = onTheirWay.remove(token);
        if (answer != null) {
            answer.deadline().cancel(false);
            answer.polled().lost();
        }
    }

    /** A node that is gone has not given its clients what is on its way. */
    public void viewChanged(ClusterView view) {
        onTheirWay.forEach((token, answer) -> {
            if (!view.nodes().containsKey(answer.nodeId())) {
                lost(token);
            }
        });
    }

    /** Answers of which it is not known whether they reached their client. */
    int onTheirWayCount() {
        return onTheirWay.size();
    }

    private static CompletionStage<ByteBuffer> nothing(CompletionStage<Void> done) {
        return done.thenApply(nothing -> ConsumerAnswers.nothing());
    }
}
