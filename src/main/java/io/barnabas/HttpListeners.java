package io.barnabas;

import static java.util.Objects.requireNonNull;

import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's listeners, to be closed before it takes its applications apart. By itself it goes the other way round: a
 * request that comes meanwhile is answered with pages of the server's (404, or 500 when it ends just as its servlet is
 * destroyed), and the listener is closed at last.
 *
 * <p>No interface of the platform reaches them, so this goes through the server's own classes by reflection; where these
 * are different, the server closes them as it would have without this class.
 */
final class HttpListeners {
    private static final Logger LOG = LoggerFactory.getLogger(HttpListeners.class);
    private static final String SERVICE = "com.sun.enterprise.v3.services.impl.GrizzlyService";

    private final ClassLoader server;

    /** @param server sees the server's own classes */
    HttpListeners(ClassLoader server) {
        this.server = requireNonNull(server, "server");
    }

    /** New connections are refused from now on; those that are open go on. */
    void refuseConnections() {
        call("unbindAll");
    }

    /** Closes every connection that is still open. */
    void close() {
        call("shutdownNow");
    }

    private void call(String method) {
        try {
            for (Object transport : transports()) {
                transport.getClass().getMethod(method).invoke(transport);
            }
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.warn("the server's listeners cannot be reached, they close with the server", e);
        }
    }

    private List<Object> transports() throws ReflectiveOperationException {
        Object services = server.loadClass("org.glassfish.internal.api.Globals")
                .getMethod("getDefaultHabitat")
                .invoke(null);
        Object service = services.getClass()
                .getMethod("getService", Class.class, Annotation[].class)
                .invoke(services, server.loadClass(SERVICE), new Annotation[0]);
        Field field = service.getClass().getDeclaredField("proxies");
        field.setAccessible(true);
        List<Object> transports = new ArrayList<>();
        for (Object proxy : (Collection<?>) field.get(service)) {
            Object listener =
                    proxy.getClass().getMethod("getUnderlyingListener").invoke(proxy);
            transports.add(listener.getClass().getMethod("getTransport").invoke(listener));
        }
        return transports;
    }
}
