package io.barnabas.websocket;

import static java.util.Objects.requireNonNull;

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
import java.util.function.Function;

/**
 * Tells the platform of {@code /ws}, and of what measures it. Programmatic endpoints: the platform calls their handlers
 * without looking up methods and without a lock.
 */
public final class BarnabasEndpoints implements ServerApplicationConfig {
    static final String PATH = "/ws";

    /** Paths that keep nothing, or memory only; the handshake filter lets nobody through unless they are wanted. */
    static final String SINK_PATH = "/ws/sink";

    static final String SOURCE_PATH = "/ws/source";

    @Override
    public Set<ServerEndpointConfig> getEndpointConfigs(Set<Class<? extends Endpoint>> scanned) {
        TyrusTimers timers = new TyrusTimers();
        Ceiling sink = new Ceiling(false);
        Ceiling source = new Ceiling(true);
        return Set.of(
                endpoint(BarnabasEndpoint.class, PATH, sockets -> new BarnabasEndpoint(sockets, timers)),
                endpoint(CeilingEndpoint.class, SINK_PATH, sockets -> new CeilingEndpoint(sockets, sink)),
                endpoint(CeilingEndpoint.class, SOURCE_PATH, sockets -> new CeilingEndpoint(sockets, source)));
    }

    private static ServerEndpointConfig endpoint(
            Class<? extends Endpoint> type, String path, Function<Sockets, Endpoint> making) {
        return ServerEndpointConfig.Builder.create(type, path)
                .subprotocols(Protocols.SUPPORTED)
                .configurator(new Maker(making))
                .build();
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
        private final Function<Sockets, Endpoint> making;

        Maker(Function<Sockets, Endpoint> making) {
            this.making = requireNonNull(making, "making");
        }

        @Override
        public <T> T getEndpointInstance(Class<T> type) {
            return type.cast(making.apply(CDI.current().select(Sockets.class).get()));
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
