package io.barnabas.testing.relay;

import io.barnabas.testing.relay.LinkState.Refusing;
import io.barnabas.testing.relay.LinkState.Slow;
import io.barnabas.testing.relay.LinkState.Swallowing;
import io.barnabas.testing.relay.LinkState.Way;
import io.barnabas.testing.relay.LinkState.Whole;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * A link between processes on loopback: what connects to its address is connected to its target, as long as the link is
 * whole. A change of the link is in force when the call returns. One thread; thread-safe.
 */
public final class TcpRelay implements AutoCloseable {
    /** Beyond it a connection is broken as soon as it is made. */
    private static final int MAX_CONNECTIONS = 2_000;

    private static final long CHANGE_SECONDS = 30;
    private static final int BACKLOG = 200;

    private final InetSocketAddress target;
    private final Random random;
    private final Selector selector;
    private final Thread thread;
    private final Queue<Change> changes = new ConcurrentLinkedQueue<>();

    /** Written by the thread that makes the relay, and never again. */
    private final InetSocketAddress address;

    // Touched by the relay's thread alone, after its beginning.
    private final Set<RelayedConnection> connections = new LinkedHashSet<>();
    private ServerSocketChannel listener;
    private LinkState link = new Whole();
    private boolean closing;

    /** Written by the relay's thread, for whoever asks. Volatile for that. */
    private volatile int connectionCount;

    private record Change(Runnable act, CompletableFuture<Void> done) {}

    private TcpRelay(InetSocketAddress listen, InetSocketAddress target, long seed) throws IOException {
        if (!listen.getAddress().isLoopbackAddress() || !target.getAddress().isLoopbackAddress()) {
            throw new IllegalArgumentException("only loopback is relayed, not " + listen + " to " + target);
        }
        this.target = target;
        this.random = new Random(seed);
        this.selector = Selector.open();
        this.address = listen(listen);
        this.thread = new Thread(this::run, "relay to " + target.getPort());
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * A whole link to a port of this machine, on a free port of {@code 127.0.0.1}.
     *
     * @param seed of the lengths of stalls
     */
    public static TcpRelay to(int targetPort, long seed) {
        return between(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), targetPort, seed);
    }

    /** The same on this loopback address. */
    public static TcpRelay between(InetSocketAddress listen, int targetPort, long seed) {
        try {
            return new TcpRelay(listen, new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort), seed);
        } catch (IOException e) {
            throw new UncheckedIOException("no relay on " + listen, e);
        }
    }

    public InetSocketAddress address() {
        return address;
    }

    public int port() {
        return address.getPort();
    }

    /** How many connections there are, as far as their ends are known. */
    public int connectionCount() {
        return connectionCount;
    }

    /** Breaks every connection and refuses new ones. */
    public void refuse() {
        change(new Refusing());
    }

    /** Delivers nothing, either way. */
    public void swallow() {
        swallow(Way.REQUESTS, Way.ANSWERS);
    }

    /** Delivers nothing these ways. */
    public void swallow(Way... ways) {
        change(new Swallowing(Set.of(ways)));
    }

    public void slow(Duration latency, double stallChance, Duration longestStall) {
        change(new Slow(latency, stallChance, longestStall));
    }

    /** Makes the link whole; what it held back arrives. */
    public void heal() {
        change(new Whole());
    }

    /** Breaks every connection and ends the relay. */
    @Override
    public void close() {
        if (!thread.isAlive()) {
            return;
        }
        apply(() -> closing = true);
        try {
            thread.join(TimeUnit.SECONDS.toMillis(CHANGE_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void change(LinkState next) {
        apply(() -> {
            try {
                if (next instanceof Refusing) {
                    stopListening();
                } else if (link instanceof Refusing) {
                    var unused = listen(address);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            link = next;
        });
    }

    private void apply(Runnable act) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        changes.add(new Change(act, done));
        selector.wakeup();
        done.orTimeout(CHANGE_SECONDS, TimeUnit.SECONDS).join();
    }

    // ---- On the relay's thread

    private void run() {
        try (selector) {
            while (!closing) {
                select();
                long nowNanos = System.nanoTime();
                for (Iterator<RelayedConnection> all = connections.iterator(); all.hasNext(); ) {
                    if (!all.next().flow(link, nowNanos)) {
                        all.remove();
                    }
                }
                connectionCount = connections.size();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the relay on " + address + " failed", e);
        } finally {
            stopListening();
        }
    }

    private void select() throws IOException {
        long nowNanos = System.nanoTime();
        long untilDueNanos = connections.stream()
                .mapToLong(connection -> connection.untilDueNanos(link, nowNanos))
                .min()
                .orElse(Long.MAX_VALUE);
        if (untilDueNanos == Long.MAX_VALUE) {
            selector.select();
        } else {
            selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(untilDueNanos)));
        }
        boolean asked = selector.selectedKeys().stream().anyMatch(key -> key.isValid() && key.isAcceptable());
        selector.selectedKeys().clear();
        if (asked) {
            accept();
        }
        for (Change next = changes.poll(); next != null; next = changes.poll()) {
            make(next);
        }
    }

    private static void make(Change change) {
        try {
            change.act.run();
            change.done.complete(null);
        } catch (RuntimeException e) {
            change.done.completeExceptionally(new CompletionException(e));
        }
    }

    private void accept() throws IOException {
        for (SocketChannel client = listener.accept(); client != null; client = listener.accept()) {
            if (connections.size() == MAX_CONNECTIONS) {
                client.close();
                continue;
            }
            try {
                connections.add(new RelayedConnection(client, target, selector, random, System.nanoTime()));
            } catch (IOException e) { // it is gone already
                client.close();
            }
        }
    }

    private InetSocketAddress listen(InetSocketAddress at) throws IOException {
        listener = ServerSocketChannel.open();
        listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        listener.bind(at, BACKLOG);
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
        return (InetSocketAddress) listener.getLocalAddress();
    }

    /** A registered channel is closed for the system only when it is selected next. */
    private void stopListening() {
        try {
            listener.close();
            connections.forEach(RelayedConnection::abort);
            connections.clear();
            connectionCount = 0;
            if (selector.isOpen()) {
                selector.selectNow();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
