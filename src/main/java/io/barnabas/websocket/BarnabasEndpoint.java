package io.barnabas.websocket;

import static java.util.Objects.requireNonNull;

import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection on {@code /ws}, as the platform calls it: in order, one call at a time. Decides nothing. */
public final class BarnabasEndpoint extends Endpoint {
    private static final Logger LOG = LoggerFactory.getLogger(BarnabasEndpoint.class);

    private final Sockets sockets;
    private final TyrusTimers timers;

    /** Empty when there were too many sockets. Written once, in onOpen, before any other call. */
    private volatile Optional<ClientSocket> socket = Optional.empty();

    /** The session's connection; null before onOpen. */
    private volatile TyrusConnection connection;

    BarnabasEndpoint(Sockets sockets, TyrusTimers timers) {
        this.sockets = requireNonNull(sockets, "sockets");
        this.timers = requireNonNull(timers, "timers");
    }

    @Override
    public void onOpen(Session session, EndpointConfig config) {
        timers.remove(session);
        session.setMaxTextMessageBufferSize(sockets.maxFrameBytes());
        session.setMaxBinaryMessageBufferSize(sockets.maxFrameBytes());
        TyrusConnection made = new TyrusConnection(session);
        connection = made;
        socket = sockets.opened(made);
        socket.ifPresent(opened -> {
            made.deliverTo(opened);
            deliverPongs(session, opened);
        });
    }

    /** An anonymous class on purpose: the platform finds a handler's message type in its generic interface. */
    private static void deliverPongs(Session session, ClientSocket socket) {
        session.addMessageHandler(PongMessage.class, new MessageHandler.Whole<PongMessage>() {
            @Override
            public void onMessage(PongMessage pong) {
                socket.pong(pong.getApplicationData());
            }
        });
    }

    @Override
    public void onClose(Session session, CloseReason reason) {
        LOG.debug(
                "socket closed socket={} code={}",
                session.getId(),
                reason.getCloseCode().getCode());
        socket.ifPresent(sockets::closed);
    }

    /** The transport could not read a frame, or we failed on one. */
    @Override
    public void onError(Session session, Throwable failure) {
        LOG.debug("socket failed socket={}", session.getId(), failure);
        if (connection == null) {
            return;
        }
        if (failure instanceof IllegalArgumentException) { // the transport's buffer is smaller than the frame
            connection.close(Goodbye.TOO_LARGE, "a frame may have " + sockets.maxFrameBytes() + " bytes");
        } else if (failure instanceof RuntimeException) {
            LOG.warn("socket closed after a failure socket={}", session.getId(), failure);
            connection.close(Goodbye.INTERNAL_ERROR, "internal error");
        }
    }
}
