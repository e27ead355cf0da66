package io.barnabas.websocket;

import static java.util.Objects.requireNonNull;

import jakarta.websocket.Session;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.glassfish.tyrus.spi.CompletionHandler;
import org.glassfish.tyrus.spi.Writer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes whole frames to a session's connection, as bytes, past the platform's remote endpoint. That one takes text as a
 * string only, which it encodes char by char, and copies each frame twice; here what a thousand subscribers get is
 * encoded once, in UTF-8 already, and the same array goes to each. Frames that the platform writes itself, such as pongs
 * and the close, go through the same writer, a whole frame at a time, so the order is that of the calls.
 *
 * <p>The writer is a private matter of the platform's session: where it cannot be reached, or extensions change frames
 * on their way, there is none, and the remote endpoint is used. Thread-safe, as the writer is.
 */
final class RawWriter {
    private static final Logger LOG = LoggerFactory.getLogger(RawWriter.class);

    /** Whether it was said that there is none; once is enough. */
    private static final AtomicBoolean SAID = new AtomicBoolean();

    private final Writer writer;

    private RawWriter(Writer writer) {
        this.writer = requireNonNull(writer, "writer");
    }

    /** The writer behind an open session. */
    static Optional<RawWriter> of(Session session) {
        if (!session.getNegotiatedExtensions().isEmpty()) {
            return Optional.empty();
        }
        try {
            Object remote = session.getAsyncRemote();
            Object handler = value(value(remote, "webSocket"), "protocolHandler");
            return Optional.of(new RawWriter((Writer) value(handler, "writer")));
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            if (SAID.compareAndSet(false, true)) {
                LOG.info(
                        "frames go through the remote endpoint, WebSocket is slower for it session={}",
                        session.getClass().getName());
                LOG.debug("no writer", e);
            }
            return Optional.empty();
        }
    }

    private static Object value(Object owner, String name) throws ReflectiveOperationException {
        for (Class<?> type = owner.getClass(); type != null; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    field.setAccessible(true);
                    return field.get(owner);
                }
            }
        }
        throw new NoSuchFieldException(name);
    }

    /**
     * Queues a whole frame.
     *
     * @param frame header and payload; its bytes must not change any more
     * @param sent called when it is written, or with the failure; perhaps with both
     */
    void write(ByteBuffer frame, Consumer<Throwable> sent) {
        writer.write(frame, new Sent(sent));
    }

    private static final class Sent extends CompletionHandler<ByteBuffer> {
        private final Consumer<Throwable> sent;

        Sent(Consumer<Throwable> sent) {
            this.sent = requireNonNull(sent, "sent");
        }

        @Override
        public void completed(ByteBuffer frame) {
            sent.accept(null);
        }

        @Override
        public void failed(Throwable failure) {
            sent.accept(failure);
        }

        @Override
        public void cancelled() {
            sent.accept(new CancellationException("the frame was not written"));
        }
    }
}
