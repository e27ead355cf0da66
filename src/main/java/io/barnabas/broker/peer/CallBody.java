package io.barnabas.broker.peer;

import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A call's body, handed to the HTTP client piece by piece without being copied, which the client's own publishers would.
 * Sent once: a call is never repeated by the transport.
 */
final class CallBody implements HttpRequest.BodyPublisher {
    /** The socket copies a piece into a buffer outside of the heap that it keeps; larger pieces would keep larger ones. */
    private static final int PIECE_BYTES = 128 << 10;

    private final Deque<ByteBuffer> rest = new ArrayDeque<>();
    private final long length;

    /** Whether all of it was handed out; volatile because the failure of a call is judged on another thread. */
    private volatile boolean handedOut;

    CallBody(List<ByteBuffer> body) {
        long bytes = 0;
        for (ByteBuffer piece : body) {
            if (piece.hasRemaining()) {
                rest.add(piece.asReadOnlyBuffer());
                bytes += piece.remaining();
            }
        }
        this.length = bytes;
        this.handedOut = bytes == 0;
    }

    /** False: the other node cannot have had the whole call, so it did nothing. */
    boolean handedOut() {
        return handedOut;
    }

    @Override
    public long contentLength() {
        return length;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        subscriber.onSubscribe(new Pieces(subscriber));
    }

    private ByteBuffer next() {
        ByteBuffer first = rest.element();
        int bytes = Math.min(PIECE_BYTES, first.remaining());
        ByteBuffer piece = first.slice(first.position(), bytes);
        first.position(first.position() + bytes);
        if (!first.hasRemaining()) {
            rest.remove();
        }
        if (rest.isEmpty()) {
            handedOut = true;
        }
        return piece;
    }

    /** Hands out what is asked for; whoever raises the demand from 0 does it, so there is one at a time. */
    private final class Pieces implements Flow.Subscription {
        private final Flow.Subscriber<? super ByteBuffer> subscriber;
        private final AtomicLong demand = new AtomicLong();
        private final AtomicBoolean over = new AtomicBoolean();

        Pieces(Flow.Subscriber<? super ByteBuffer> subscriber) {
            this.subscriber = subscriber;
        }

        @Override
        public void request(long count) {
            if (count <= 0 || demand.getAndAccumulate(count, Pieces::add) != 0) {
                return;
            }
            do {
                give();
            } while (demand.decrementAndGet() > 0);
        }

        private static long add(long one, long other) {
            return one + other < 0 ? Long.MAX_VALUE : one + other;
        }

        private void give() {
            if (over.get()) {
                return;
            }
            if (!rest.isEmpty()) {
                subscriber.onNext(next());
            }
            if (rest.isEmpty() && over.compareAndSet(false, true)) {
                subscriber.onComplete();
            }
        }

        @Override
        public void cancel() {
            over.set(true);
        }
    }
}
