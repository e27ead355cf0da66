package io.barnabas;

import static java.util.Objects.requireNonNull;

import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does something between a SIGTERM and what the JVM does at it. The server would stop its applications at once, in an
 * order in which HTTP answers 404 and sockets are cut before the application is told: a node has to drain while it is
 * still reachable, for its clients and for the nodes that take over from it.
 *
 * <p>The JDK has signals in the module {@code jdk.unsupported} alone, which compiles with a warning that nothing
 * switches off; so it is reached by reflection, and a JVM without it ends as it would have without this class.
 */
final class TerminationSignal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TerminationSignal.class);

    private final Runnable before;
    private final AtomicBoolean received = new AtomicBoolean();
    private Object signal;
    private Object previous;

    private TerminationSignal(Runnable before) {
        this.before = requireNonNull(before, "before");
    }

    /**
     * From now on, SIGTERM runs this first, once; a second SIGTERM does not wait for it.
     *
     * @param before bounded in time; runs on a thread of the JVM's
     */
    static TerminationSignal handle(Runnable before) {
        TerminationSignal termination = new TerminationSignal(before);
        try {
            termination.install();
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            LOG.warn("SIGTERM cannot be handled, the node stops without draining first reason={}", e.toString());
        }
        return termination;
    }

    private void install() throws ReflectiveOperationException {
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        signal = Class.forName("sun.misc.Signal").getConstructor(String.class).newInstance("TERM");
        previous = replace(Proxy.newProxyInstance(
                TerminationSignal.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                    if (method.getName().equals("handle")) {
                        terminate();
                        return null;
                    }
                    return method.invoke(this, arguments); // equals, hashCode, toString
                }));
    }

    private Object replace(Object by) throws ReflectiveOperationException {
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        return signal.getClass().getMethod("handle", signal.getClass(), handler).invoke(null, signal, by);
    }

    private void terminate() {
        if (received.compareAndSet(false, true)) {
            try {
                before.run();
            } catch (RuntimeException | LinkageError e) {
                LOG.error("what comes before the end failed", e);
            }
        }
        try {
            Class.forName("sun.misc.SignalHandler")
                    .getMethod("handle", signal.getClass())
                    .invoke(previous, signal);
        } catch (ReflectiveOperationException e) {
            LOG.error("SIGTERM cannot be passed on, ending without it", e);
            Runtime.getRuntime().exit(FailedStart.EXIT_CODE);
        }
    }

    /** SIGTERM does again what it did before. */
    @Override
    public void close() {
        if (previous != null && !received.get()) {
            try {
                replace(previous);
            } catch (ReflectiveOperationException e) {
                LOG.warn("SIGTERM keeps its handler reason={}", e.toString());
            }
        }
    }
}
