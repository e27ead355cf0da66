package io.barnabas.websocket;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The way out of one socket. The transport queues without a bound, so the bytes that it was given and has not passed on
 * are counted here: over the bound there is no room for records, and at twice the bound the socket is closed, since then
 * the client does not even read its answers. Also keeps the times that tell whether the other end lives.
 *
 * <p>Thread-safe; frames go out in the order of the calls as far as the caller orders them.
 */
final class Outbound {
    private final Connection connection;
    private final int maxQueuedBytes;
    private final LongSupplier nanoTime;
    private final Runnable onRoom;

    /** Given to the transport and not passed on. Sends complete on the transport's threads. */
    private final AtomicLong queuedBytes = new AtomicLong();

    /** Somebody was told that there is no room and is to be told when there is. */
    private final AtomicBoolean awaitingRoom = new AtomicBoolean();

    /** The number of the last ping sent; its payload. */
    private final AtomicLong pings = new AtomicLong();

    /** Who waits for which ping to be answered. Added to in turns, emptied by the receiving thread. */
    private final Map<Long, CompletableFuture<Void>> awaitingPong = new ConcurrentSkipListMap<>();

    /** When something was heard or passed on last; written by any thread, read by the sweeper. */
    private volatile long lastSignNanos;

    /** When a byte was passed on last, or the queue began to fill. */
    private volatile long lastProgressNanos;

    private volatile boolean closed;

    /** @param onRoom called on any thread when there is room again after there was none; returns at once */
    Outbound(Connection connection, int maxQueuedBytes, LongSupplier nanoTime, Runnable onRoom) {
        this.connection = requireNonNull(connection, "connection");
        this.maxQueuedBytes = maxQueuedBytes;
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
        this.onRoom = requireNonNull(onRoom, "onRoom");
        this.lastSignNanos = nanoTime.getAsLong();
        this.lastProgressNanos = lastSignNanos;
    }

    /** Whether records may be sent; if not, {@code onRoom} is called when they may. */
    boolean room() {
        if (queuedBytes.get() < maxQueuedBytes) {
            return true;
        }
        awaitingRoom.set(true);
        if (queuedBytes.get() < maxQueuedBytes) { // passed on between the two looks
            awaitingRoom.set(false);
            return true;
        }
        return false;
    }

    /** Whether there would be room even with so many bytes more in the queue; nobody is told later. */
    boolean roomBeside(int bytes) {
        return queuedBytes.get() + bytes < maxQueuedBytes;
    }

    /** Sends a text frame, UTF-8; after the close it goes nowhere. */
    void send(byte[] utf8) {
        send(Message.text(utf8));
    }

    /** Sends a frame; after the close it goes nowhere. */
    void send(Message frame) {
        if (closed) {
            return;
        }
        int bytes = frame.bytes();
        if (queuedBytes.getAndAdd(bytes) == 0) {
            lastProgressNanos = nanoTime.getAsLong();
        }
        connection.send(frame, failure -> {
            if (failure == null) { // otherwise the transport may have it still
                frame.sent();
            }
            passedOn(bytes);
        });
        if (queuedBytes.get() > 2L * maxQueuedBytes) {
            close(Goodbye.POLICY, "answers are not read");
        }
    }

    /** A frame that failed is off the queue too: its socket is closing. */
    private void passedOn(int bytes) {
        long now = nanoTime.getAsLong();
        lastProgressNanos = now;
        lastSignNanos = now;
        if (queuedBytes.addAndGet(-bytes) < maxQueuedBytes && awaitingRoom.compareAndSet(true, false)) {
            onRoom.run();
        }
    }

    long queuedBytes() {
        return queuedBytes.get();
    }

    void ping() {
        if (!closed) {
            connection.ping(ByteBuffer.allocate(Long.BYTES).putLong(0, pings.incrementAndGet()));
        }
    }

    /** Completes when the other end has received all that was sent until now: pings and frames keep their order. */
    CompletionStage<Void> received() {
        CompletableFuture<Void> received = new CompletableFuture<>();
        if (!closed) {
            long number = pings.incrementAndGet();
            awaitingPong.put(number, received);
            connection.ping(ByteBuffer.allocate(Long.BYTES).putLong(0, number));
        }
        return received;
    }

    /** A pong came; one answers all pings before its own. One that nobody asked for is a sign of life and no more. */
    void pong(ByteBuffer payload) {
        heard();
        if (payload.remaining() != Long.BYTES) {
            return;
        }
        long number = payload.getLong(payload.position());
        if (number > pings.get()) {
            return;
        }
        awaitingPong.entrySet().removeIf(entry -> {
            boolean answered = entry.getKey() <= number;
            if (answered) {
                entry.getValue().complete(null);
            }
            return answered;
        });
    }

    /** Something came from the other end. */
    void heard() {
        lastSignNanos = nanoTime.getAsLong();
    }

    /** How long nothing has been heard and nothing passed on. */
    long silentNanos(long now) {
        return now - lastSignNanos;
    }

    /** How long bytes have been queued without any of them going; 0 when none are. */
    long stalledNanos(long now) {
        return queuedBytes.get() == 0 ? 0 : now - lastProgressNanos;
    }

    void close(Goodbye goodbye, String reason) {
        closed = true;
        connection.close(goodbye, reason);
    }

    /** The socket is gone; nothing is sent any more. */
    void gone() {
        closed = true;
        awaitingPong.clear();
    }
}
