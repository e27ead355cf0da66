package io.barnabas.websocket;

import static java.util.Objects.requireNonNull;

import io.barnabas.record.TraceParent;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.SendHandler;
import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection over a session of the platform. Thread-safe, as the session's sends are. */
final class TyrusConnection implements Connection {
    private static final Logger LOG = LoggerFactory.getLogger(TyrusConnection.class);

    /** RFC 6455: a control frame has 125 bytes, two of them for the code. */
    private static final int MAX_REASON_BYTES = 123;

    private final Session session;

    /** Past the session's remote endpoint, where there is a way. */
    private final Optional<RawWriter> writer;

    private final Optional<TraceParent> trace;

    /** The first to close says why. */
    private final AtomicBoolean closing = new AtomicBoolean();

    TyrusConnection(Session session) {
        this.session = requireNonNull(session, "session");
        this.writer = RawWriter.of(session);
        this.trace = BarnabasEndpoints.trace(session.getUserProperties());
    }

    /** Hands on what comes. Anonymous classes on purpose: the platform finds a handler's message type in its interface. */
    void deliverTo(FrameReceiver socket) {
        session.addMessageHandler(String.class, new MessageHandler.Whole<String>() {
            @Override
            public void onMessage(String text) {
                socket.text(text);
            }
        });
        session.addMessageHandler(ByteBuffer.class, new MessageHandler.Whole<ByteBuffer>() {
            @Override
            public void onMessage(ByteBuffer bytes) {
                socket.binary(bytes);
            }
        });
    }

    @Override
    public void send(Message frame, Consumer<Throwable> sent) {
        AtomicBoolean told = new AtomicBoolean();
        Consumer<Throwable> once = failure -> {
            if (told.compareAndSet(false, true)) {
                sent.accept(failure);
            }
        };
        SendHandler done = result -> once.accept(result.isOK() ? null : result.getException());
        try {
            if (writer.isPresent()) {
                writer.get().write(frame.frame(), once);
            } else if (frame.text()) {
                session.getAsyncRemote().sendText(frame.string(), done);
            } else {
                session.getAsyncRemote().sendBinary(frame.payload(), done);
            }
        } catch (RuntimeException e) { // the session closed between two looks at it
            LOG.debug("frame not sent socket={}", session.getId(), e);
            once.accept(e);
        }
    }

    @Override
    public void ping(ByteBuffer payload) {
        try {
            session.getAsyncRemote().sendPing(payload);
        } catch (IOException | RuntimeException e) { // closed; onClose tells
            LOG.debug("ping not sent socket={}", session.getId(), e);
        }
    }

    @Override
    public void close(Goodbye goodbye, String reason) {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        try {
            session.close(new CloseReason(CloseCodes.getCloseCode(goodbye.code()), shortened(reason)));
        } catch (IOException | RuntimeException e) { // closed by the other end meanwhile
            LOG.debug("close not sent socket={}", session.getId(), e);
        }
    }

    private static String shortened(String reason) {
        String cut = reason;
        while (cut.getBytes(StandardCharsets.UTF_8).length > MAX_REASON_BYTES) {
            cut = cut.substring(0, Math.min(cut.length() - 1, MAX_REASON_BYTES));
        }
        return cut;
    }

    @Override
    public boolean binary() {
        return Protocols.BINARY_V1.equals(session.getNegotiatedSubprotocol());
    }

    @Override
    public Optional<TraceParent> trace() {
        return trace;
    }

    @Override
    public String id() {
        return session.getId();
    }
}
