package io.barnabas.websocket;

import static java.util.Objects.requireNonNull;

import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Session;

/** One connection on a path that measures, as the platform calls it. Decides nothing. */
public final class CeilingEndpoint extends Endpoint {
    private final Sockets sockets;
    private final Ceiling ceiling;

    CeilingEndpoint(Sockets sockets, Ceiling ceiling) {
        this.sockets = requireNonNull(sockets, "sockets");
        this.ceiling = requireNonNull(ceiling, "ceiling");
    }

    @Override
    public void onOpen(Session session, EndpointConfig config) {
        session.setMaxTextMessageBufferSize(sockets.maxFrameBytes());
        session.setMaxBinaryMessageBufferSize(sockets.maxFrameBytes());
        TyrusConnection connection = new TyrusConnection(session);
        connection.deliverTo(sockets.measured(ceiling, connection));
    }
}
