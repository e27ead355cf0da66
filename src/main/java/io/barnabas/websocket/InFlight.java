package io.barnabas.websocket;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The produce frames of one socket that are not answered yet, against its own bounds and the one over all sockets.
 * Thread-safe: taken by the receiving thread, given back wherever an append completes.
 */
final class InFlight {
    private final WebSocketSettings settings;
    private final AtomicLong totalBytes;
    private final AtomicLong frames = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final CompletableFuture<Void> quiet = new CompletableFuture<>();

    /** Set by whoever waits for {@link #quiet}, read wherever an append completes. */
    private volatile boolean ending;

    /** @param totalBytes shared by all sockets */
    InFlight(WebSocketSettings settings, AtomicLong totalBytes) {
        this.settings = settings;
        this.totalBytes = totalBytes;
    }

    /** Takes one frame in, or throws {@code OVERLOADED}. Called by one thread at a time. */
    void take(int frameBytes) {
        if (frames.get() >= settings.maxInFlightProduces()) {
            throw overloaded(
                    "this socket has " + frames.get() + " produce frames that are not answered yet, the limit");
        }
        if (frames.get() > 0 && bytes.get() + frameBytes > settings.maxInFlightBytes()) {
            throw overloaded("this socket has " + bytes.get() + " bytes in produce frames that are not answered yet");
        }
        if (totalBytes.addAndGet(frameBytes) > settings.maxTotalInFlightBytes()) {
            totalBytes.addAndGet(-frameBytes);
            throw overloaded("the server has too many bytes in produce frames that are not answered yet");
        }
        frames.incrementAndGet();
        bytes.addAndGet(frameBytes);
    }

    /** Gives back what {@link #take} took. */
    void done(int frameBytes) {
        long left = frames.decrementAndGet();
        bytes.addAndGet(-frameBytes);
        totalBytes.addAndGet(-frameBytes);
        if (left == 0 && ending) {
            quiet.complete(null);
        }
    }

    /** Completes as soon as there is a moment in which every frame so far is answered. */
    CompletionStage<Void> quiet() {
        ending = true;
        if (frames.get() == 0) {
            quiet.complete(null);
        }
        return quiet;
    }

    private static BarnabasException overloaded(String message) {
        return new BarnabasException(ErrorCode.OVERLOADED, message + "; wait for answers");
    }
}
