package io.barnabas.websocket;

import static java.util.Objects.requireNonNull;

import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import java.nio.ByteBuffer;

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
        CeilingSocket socket = sockets.measured(ceiling, new TyrusConnection(session));
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
}
