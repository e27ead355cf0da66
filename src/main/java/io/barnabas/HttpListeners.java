package io.barnabas;

import static java.util.Objects.requireNonNull;

import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's listeners, to be opened when the application answers and closed before it is taken apart. By itself the
 * server goes the other way round, at both ends: a request that comes meanwhile is answered with pages of the server's
 * (404, or 500 while it puts the application in place or destroys its servlet).
 *
 * <p>No interface of the platform reaches them, so this goes through the server's own classes by reflection; where these
 * are different, the server opens and closes them as it would have without this class.
 */
final class HttpListeners {
    private static final Logger LOG = LoggerFactory.getLogger(HttpListeners.class);
    /** In the runnable jar and the image, and in their server's configuration; nowhere else. */
    private static final String LATE = "io.barnabas.launch.LateListener";

    private static final String SERVICE = "com.sun.enterprise.v3.services.impl.GrizzlyService";

    private final ClassLoader server;
    /** So that a server is told of once; whoever is late tells it twice, and that is all. */
    private volatile boolean unreachable;

    /** @param server sees the server's own classes */
    HttpListeners(ClassLoader server) {
        this.server = requireNonNull(server, "server");
    }

    /**
     * Where this process alone may ask the application while nobody else is let in; empty where the server has let
     * everybody in from the beginning.
     *
     * @param port of the listener without TLS
     */
    Optional<InetSocketAddress> knock(int port) {
        try {
            for (Object listener : late()) {
                if (call(listener, "getPort").equals(port)) {
                    Object transport = transport(listener);
                    return Optional.of((InetSocketAddress) call(strategy(transport), "knock", transport));
                }
            }
            return Optional.empty();
        } catch (ReflectiveOperationException e) {
            throw cannotOpen(e);
        }
    }

    /** Everybody is let in, where that is not so already. */
    void listen() {
        try {
            for (Object listener : late()) {
                Object transport = transport(listener);
                call(strategy(transport), "listen", transport, call(listener, "getAddress"), call(listener, "getPort"));
            }
        } catch (ReflectiveOperationException e) {
            throw cannotOpen(e);
        }
    }

    /** Nobody else will: so this is a failure and not another server. Most often somebody has taken the port meanwhile. */
    private static SettingsException cannotOpen(ReflectiveOperationException e) {
        LOG.debug("the server's port cannot be opened", e);
        Throwable why = e instanceof InvocationTargetException ? e.getCause() : e;
        return new SettingsException("the server's port cannot be opened: " + why);
    }

    private List<Object> late() {
        try {
            List<Object> late = new ArrayList<>();
            for (Object listener : listeners()) {
                if (strategy(transport(listener)).getClass().getName().equals(LATE)) {
                    late.add(listener);
                }
            }
            return late;
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("another server", e);
            return List.of();
        }
    }

    /** New connections are refused from now on; those that are open go on. */
    void refuseConnections() {
        each("unbindAll");
    }

    /** Closes every connection that is still open. */
    void close() {
        each("shutdownNow");
    }

    private void each(String method) {
        try {
            for (Object listener : listeners()) {
                call(transport(listener), method);
            }
        } catch (ReflectiveOperationException | RuntimeException e) {
            if (!unreachable) {
                unreachable = true;
                LOG.warn("the server's listeners cannot be reached, they close with the server", e);
            }
        }
    }

    private List<Object> listeners() throws ReflectiveOperationException {
        Object services = server.loadClass("org.glassfish.internal.api.Globals")
                .getMethod("getDefaultHabitat")
                .invoke(null);
        Object service = services.getClass()
                .getMethod("getService", Class.class, Annotation[].class)
                .invoke(services, server.loadClass(SERVICE), new Annotation[0]);
        Field field = service.getClass().getDeclaredField("proxies");
        field.setAccessible(true);
        List<Object> listeners = new ArrayList<>();
        for (Object proxy : (Collection<?>) field.get(service)) {
            listeners.add(call(proxy, "getUnderlyingListener"));
        }
        return listeners;
    }

    private static Object transport(Object listener) throws ReflectiveOperationException {
        return call(listener, "getTransport");
    }

    private static Object strategy(Object transport) throws ReflectiveOperationException {
        return call(transport, "getIOStrategy");
    }

    /** By the public method of that name, of which there is one wherever this is used. */
    private static Object call(Object of, String name, Object... arguments) throws ReflectiveOperationException {
        for (Method method : of.getClass().getMethods()) {
            if (method.getName().equals(name) && method.getParameterCount() == arguments.length && !method.isBridge()) {
                return method.invoke(of, arguments);
            }
        }
        throw new NoSuchMethodException(of.getClass() + "." + name);
    }
}
