package io.barnabas.websocket;

import io.barnabas.record.TraceParent;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.websocket.Endpoint;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerApplicationConfig;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Tells the platform of {@code /ws}. A programmatic endpoint: the platform calls its handlers without looking up methods
 * and without a lock.
 */
public final class BarnabasEndpoints implements ServerApplicationConfig {
    static final String PATH = "/ws";

    @Override
    public Set<ServerEndpointConfig> getEndpointConfigs(Set<Class<? extends Endpoint>> scanned) {
        return Set.of(ServerEndpointConfig.Builder.create(BarnabasEndpoint.class, PATH)
                .subprotocols(Protocols.SUPPORTED)
                .configurator(new Maker())
                .build());
    }

    @Override
    public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> scanned) {
        return scanned;
    }

    /** What the handshake brought, from a session's properties. */
    static Optional<TraceParent> trace(Map<String, Object> properties) {
        return properties.get(TraceParent.HEADER) instanceof TraceParent trace ? Optional.of(trace) : Optional.empty();
    }

    /** Makes one endpoint for each connection, from beans that the root has produced. */
    private static final class Maker extends ServerEndpointConfig.Configurator {
        private final TyrusTimers timers = new TyrusTimers();

        @Override
        public <T> T getEndpointInstance(Class<T> type) {
            return type.cast(
                    new BarnabasEndpoint(CDI.current().select(Sockets.class).get(), timers));
        }

        /** The properties are the connection's own, and its session's later. */
        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            request.getHeaders().forEach((name, values) -> {
                if (name.equalsIgnoreCase(TraceParent.HEADER)) {
                    TraceParent.parse(values)
                            .ifPresent(trace -> config.getUserProperties().put(TraceParent.HEADER, trace));
                }
            });
        }

        /** The handshake filter has looked at it, with the host that we are not given here. */
        @Override
        public boolean checkOrigin(String origin) {
            return true;
        }
    }
}
