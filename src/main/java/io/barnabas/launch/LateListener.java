package io.barnabas.launch;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.IOEvent;
import org.glassfish.grizzly.IOStrategy;
import org.glassfish.grizzly.Transport;
import org.glassfish.grizzly.nio.NIOConnection;
import org.glassfish.grizzly.nio.transport.TCPNIOTransport;
import org.glassfish.grizzly.strategies.WorkerThreadIOStrategy;
import org.glassfish.grizzly.threadpool.ThreadPoolConfig;

/**
 * Keeps the server's port shut until the application answers. The server opens it first, and answers with 404 and then
 * with 500 of its own until the application is deployed: a client that asks for a topic in those seconds would hear that
 * there is none.
 *
 * <pre>
 *   the server binds        nobody has connected yet: the port stays taken
 *   somebody connects       the port is closed; who connected is reset, who comes later is refused
 *   {@link #knock}          a port of this process's own, through which it asks whether the application answers
 *   {@link #listen}         it does: the port is bound if it was closed, and everything is as if this had not been
 * </pre>
 *
 * <p>The server's configuration names it ({@code io-strategy}); a server that does not have this class takes its own
 * instead. The listener itself stays switched on: one that is switched on after the deployment handles each request worse.
 */
@SuppressWarnings("rawtypes") // as the interface has them
public final class LateListener implements IOStrategy {
    private static final String OWN = LateListener.class.getName();
    private static final LateListener INSTANCE =
            new LateListener(); // the server asks for one by name, for all listeners

    /** How often a port that was closed a moment ago is asked for: its selector has to let go of it first. */
    private static final int MAX_BIND_TRIES = 100;

    private static final long PAUSE_MS = 20;

    private final IOStrategy usual = WorkerThreadIOStrategy.getInstance();

    /** Guarded by this object, for selectors and for who lets clients in; never held while the server is called. */
    private final Map<Transport, Connection> knocked = new HashMap<>();

    /** Those whose port was closed; guarded as {@link #knocked}. */
    private final Set<Transport> closed = new HashSet<>();

    /** Those that listen; guarded as {@link #knocked}. */
    private final Set<Transport> listening = new HashSet<>();

    private LateListener() {}

    /** How the server asks for it. */
    public static LateListener getInstance() {
        return INSTANCE;
    }

    /** Opens a port for this process alone, before {@link #listen}. */
    public InetSocketAddress knock(Transport transport) throws IOException {
        Connection<?> own =
                ((TCPNIOTransport) transport).bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        own.getAttributes().setAttribute(OWN, true);
        synchronized (this) {
            knocked.put(transport, own);
        }
        return (InetSocketAddress) own.getLocalAddress();
    }

    /** Listens where the server was told to, and no longer at {@link #knock}'s port. */
    public void listen(Transport transport, InetAddress address, int port) throws IOException, InterruptedException {
        TCPNIOTransport tcp = (TCPNIOTransport) transport;
        boolean bind;
        Connection own;
        synchronized (this) {
            listening.add(transport);
            bind = closed.contains(transport);
            own = knocked.remove(transport);
        }
        if (bind) {
            bind(tcp, new InetSocketAddress(address, port));
        }
        tcp.setIOStrategy(usual);
        if (own != null) {
            tcp.unbind(own);
        }
    }

    private static void bind(TCPNIOTransport tcp, InetSocketAddress address) throws IOException, InterruptedException {
        for (int triesLeft = MAX_BIND_TRIES; ; triesLeft--) {
            try {
                tcp.bind(address);
                return;
            } catch (BindException e) {
                if (triesLeft == 1) {
                    throw e;
                }
                new CountDownLatch(1).await(PAUSE_MS, TimeUnit.MILLISECONDS);
            }
        }
    }

    @Override
    public boolean executeIoEvent(Connection connection, IOEvent event) throws IOException {
        return executeIoEvent(connection, event, true);
    }

    @Override
    public boolean executeIoEvent(Connection connection, IOEvent event, boolean enabled) throws IOException {
        if (event == IOEvent.SERVER_ACCEPT
                && connection.getAttributes().getAttribute(OWN) == null
                && shuts(connection.getTransport())) {
            // The socket only, without the transport's lock: that may be held by one who waits for this thread.
            ((NIOConnection) connection).getChannel().close();
            return true;
        }
        return usual.executeIoEvent(connection, event, enabled);
    }

    private synchronized boolean shuts(Transport transport) {
        if (listening.contains(transport)) {
            return false;
        }
        closed.add(transport);
        return true;
    }

    @Override
    public Executor getThreadPoolFor(Connection connection, IOEvent event) {
        return usual.getThreadPoolFor(connection, event);
    }

    @Override
    public ThreadPoolConfig createDefaultWorkerPoolConfig(Transport transport) {
        return usual.createDefaultWorkerPoolConfig(transport);
    }
}
