package io.barnabas.broker.consumer;

import static java.util.Objects.requireNonNull;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Lets one poll of an instance run at a time. Confined to the instance's turns, but for {@link #poll}.
 *
 * <pre>
 *   FREE --poll--&gt; RUNNING --found something--&gt; IN FLIGHT --handed over, lost--&gt; FREE
 *                     `----found nothing, failed--------------------------------^
 * </pre>
 *
 * <p>A poll that comes while another runs makes that one end early (its client is most likely gone) and runs after it;
 * a third one is refused.
 */
final class PollSlot {
    private final Instance instance;
    private final Services services;
    private final Turns turns;

    private Poll running;
    private Runnable next;
    private Set<TopicPartition> inFlight = Set.of();

    /** Takes the answer in flight for lost; does nothing while there is none. */
    private Runnable giveUp = () -> {};

    /** Set while the next poll waits. */
    private Optional<ScheduledFuture<?>> hurried = Optional.empty();

    PollSlot(Instance instance, Services services, Turns turns) {
        this.instance = requireNonNull(instance, "instance");
        this.services = requireNonNull(services, "services");
        this.turns = requireNonNull(turns, "turns");
    }

    /** Partitions whose records are being written to a client. */
    Set<TopicPartition> inFlight() {
        return inFlight;
    }

    /** Something changed that a waiting poll should look at. */
    void wake() {
        if (running != null) {
            running.wake();
        }
    }

    CompletableFuture<Polled> poll(PollRequest request) {
        CompletableFuture<Polled> answer = new CompletableFuture<>();
        turns.execute(() -> {
            try {
                instance.requirePartitions();
                request.check().accept(instance.settings());
            } catch (BarnabasException e) {
                answer.completeExceptionally(e);
                return;
            }
            admit(request, answer);
        });
        return answer;
    }

    private void admit(PollRequest request, CompletableFuture<Polled> answer) {
        if (running == null) {
            begin(request, answer);
        } else if (next == null) {
            next = () -> begin(request, answer);
            running.endEarly();
            hurry();
        } else {
            answer.completeExceptionally(new BarnabasException(
                    ErrorCode.ILLEGAL_STATE,
                    "instance '" + instance.label() + "' has a poll that runs and one that waits; one at a time"));
        }
    }

    private void begin(PollRequest request, CompletableFuture<Polled> answer) {
        Poll poll = new Poll(instance, services, turns, request);
        running = poll;
        poll.run().whenCompleteAsync((chunks, failure) -> finish(poll, chunks, failure, answer), turns);
    }

    private void finish(Poll poll, Poll.Found found, Throwable failure, CompletableFuture<Polled> answer) {
        if (failure != null) {
            free();
            answer.completeExceptionally(BarnabasException.of(failure));
            return;
        }
        if (found.chunks().isEmpty()) {
            free();
            answer.complete(new Polled(instance.settings(), found.chunks(), written -> {}));
            return;
        }
        inFlight = found.chunks().stream().map(Polled.Chunk::partition).collect(Collectors.toUnmodifiableSet());
        HandOver handOver = new HandOver(poll, found);
        Polled polled = new Polled(instance.settings(), found.chunks(), handOver::done);
        // An answer that nobody ever writes must not stop the instance for good.
        handOver.deadline = services.timers()
                .schedule(polled::lost, services.settings().handOverTimeoutMs(), TimeUnit.MILLISECONDS);
        giveUp = polled::lost;
        if (next != null) {
            hurry();
        }
        answer.complete(polled);
    }

    /** A client that polls again has the answer before, or never gets it: what became of it is known soon or never. */
    private void hurry() {
        hurried = Optional.of(
                services.timers().schedule(giveUp, services.settings().nextPollWaitMs(), TimeUnit.MILLISECONDS));
    }

    private void free() {
        giveUp = () -> {};
        hurried.ifPresent(alarm -> alarm.cancel(false));
        hurried = Optional.empty();
        running = null;
        inFlight = Set.of();
        Runnable waiting = next;
        next = null;
        if (waiting != null) {
            waiting.run();
        }
    }

    private final class HandOver {
        private final Poll poll;
        private final Poll.Found found;

        /** Set before the answer is given out. */
        private ScheduledFuture<?> deadline;

        HandOver(Poll poll, Poll.Found found) {
            this.poll = poll;
            this.found = found;
        }

        void done(Map<TopicPartition, Long> nextOffsets) {
            turns.execute(() -> {
                deadline.cancel(false);
                if (running != poll) {
                    return;
                }
                if (!instance.closed()) {
                    nextOffsets.forEach((partition, offset) ->
                            instance.handedOver(partition, found.places().get(partition), offset));
                }
                free();
                instance.settleRevoked();
            });
        }
    }
}
