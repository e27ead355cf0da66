package io.barnabas.websocket;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A socket on a {@link Ceiling}: produce frames are answered at once, any subscription gets everything kept. */
final class CeilingSocket implements FrameReceiver {
    private static final Logger LOG = LoggerFactory.getLogger(CeilingSocket.class);
    private static final String SUBSCRIBE = "\"type\":\"subscribe\"";

    private final Ceiling ceiling;
    private final Outbound outbound;

    /** Calls of {@link #pump} that were not met yet: whoever makes the first one sends, for all. */
    private final AtomicInteger pumping = new AtomicInteger();

    /** What goes out. Replaced by the receiving thread before it pumps. */
    private volatile Iterator<Message> frames = List.<Message>of().iterator();

    CeilingSocket(Ceiling ceiling, Connection connection, int maxQueuedBytes, LongSupplier nanoTime) {
        this.ceiling = requireNonNull(ceiling, "ceiling");
        this.outbound = new Outbound(connection, maxQueuedBytes, nanoTime, this::pump);
    }

    @Override
    public void binary(ByteBuffer frame) {
        try {
            Message answer = ceiling.take(BinaryFrame.produce(frame));
            if (answer != null) {
                outbound.send(answer);
            }
        } catch (FrameException e) {
            LOG.debug("frame refused", e);
            outbound.close(Goodbye.UNREADABLE, e.getMessage());
        }
    }

    /** Credit and the like is let pass: what bounds the sending is what the transport has passed on. */
    @Override
    public void text(String text) {
        if (text.contains(SUBSCRIBE)) {
            frames = ceiling.frames().iterator();
            pump();
        }
    }

    private void pump() {
        if (pumping.getAndIncrement() > 0) {
            return;
        }
        int met;
        do {
            met = pumping.get();
            Iterator<Message> left = frames;
            while (left.hasNext() && outbound.room()) {
                outbound.send(left.next());
            }
        } while (pumping.addAndGet(-met) > 0);
    }
}
