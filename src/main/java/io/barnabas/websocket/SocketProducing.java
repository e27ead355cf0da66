package io.barnabas.websocket;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.ClientEvents;
import io.barnabas.broker.ClientEvents.Protocol;
import io.barnabas.broker.Producing;
import io.barnabas.broker.RecordOutcome;
import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.TopicPartition;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;

/**
 * What one client sends over its socket to be stored, in frames of either kind: appended at once, so that appends are in
 * the order of the frames, and answered in that order too, whichever append is done first.
 *
 * <p>Frames are taken on the receiving thread, one after another; their answers find their places in the socket's turns.
 */
final class SocketProducing {
    private final Producing producing;
    private final InFlight inFlight;
    private final FrameQueue queue;
    private final Executor turns;
    private final Answers answers;
    private final ServerFrames frames;
    private final ErrorFrames errors;
    private final Protocol protocol;
    private final LongSupplier nanoTime;
    private final ClientEvents events;

    SocketProducing(
            Producing producing,
            InFlight inFlight,
            FrameQueue queue,
            Executor turns,
            Answers answers,
            ServerFrames frames,
            ErrorFrames errors,
            Protocol protocol,
            LongSupplier nanoTime,
            ClientEvents events) {
        this.producing = requireNonNull(producing, "producing");
        this.inFlight = requireNonNull(inFlight, "inFlight");
        this.queue = requireNonNull(queue, "queue");
        this.turns = requireNonNull(turns, "turns");
        this.answers = requireNonNull(answers, "answers");
        this.frames = requireNonNull(frames, "frames");
        this.errors = requireNonNull(errors, "errors");
        this.protocol = requireNonNull(protocol, "protocol");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
        this.events = requireNonNull(events, "events");
    }

    /** Records in a text frame of so many bytes; throws {@code OVERLOADED} when too much is not answered yet. */
    void produce(ClientFrame.Produce frame, int frameBytes) {
        inFlight.take(frameBytes);
        CompletionStage<List<RecordOutcome>> sent;
        try {
            sent = frame.request().send();
        } catch (BarnabasException e) {
            sent = CompletableFuture.failedFuture(e);
        }
        answerInOrder(sent, frameBytes, (outcomes, failure) -> produced(frame, outcomes, failure));
    }

    /** The same with batches as they came. */
    void produce(BinaryFrame.Produce frame, int frameBytes) {
        inFlight.take(frameBytes);
        CompletionStage<AppendResult> sent;
        try {
            TopicPartition partition = new TopicPartition(frame.topic(), frame.partition());
            sent = producing.appendBatches(partition, frame.batches(), frame.acks());
        } catch (BarnabasException e) {
            sent = CompletableFuture.failedFuture(e);
        }
        answerInOrder(sent, frameBytes, (result, failure) -> produced(frame, result, failure));
    }

    private <T> void answerInOrder(
            CompletionStage<T> appended, int frameBytes, BiFunction<T, Throwable, Message> message) {
        long began = nanoTime.getAsLong();
        events.produceBegan(protocol);
        queue.add(() -> {
            Answers.Answer answer = answers.next();
            appended.whenComplete((result, failure) -> turns.execute(() -> {
                inFlight.done(frameBytes);
                events.produceEnded(protocol, nanoTime.getAsLong() - began);
                answer.complete(message.apply(result, failure));
            }));
        });
    }

    /** Null when no answer is wanted, as below. */
    private Message produced(ClientFrame.Produce frame, List<RecordOutcome> outcomes, Throwable failure) {
        byte[] answer;
        if (failure == null) {
            RecordOutcome.firstRefusal(outcomes).ifPresent(errors::refused);
            answer = frame.answered() ? frames.produced(frame.id(), outcomes) : null;
        } else {
            answer = errors.refusing(frame.id(), BarnabasException.of(failure));
        }
        return frame.answered() ? Message.text(answer) : null;
    }

    private Message produced(BinaryFrame.Produce frame, AppendResult result, Throwable failure) {
        BarnabasException refusal = failure == null ? null : BarnabasException.of(failure);
        if (refusal != null) {
            errors.refused(refusal.code());
        }
        if (frame.acks() == Acks.NONE) {
            return null;
        }
        return refusal == null
                ? BinaryFrame.produced(frame.id(), frame.partition(), result)
                : BinaryFrame.refused(frame.id(), frame.partition(), refusal);
    }

    /** Completes as soon as there is a moment in which every frame taken is answered. */
    CompletionStage<Void> quiet() {
        return inFlight.quiet();
    }
}
