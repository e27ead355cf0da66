package io.barnabas.load;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** All connections of one thread, which are read and written while that thread takes a {@link #turn}. Confined to it. */
final class EventLoop implements Closeable {
    /** The selector waits in whole milliseconds; below that the thread is parked for slices of this much. */
    private static final long SLICE_NANOS = 50_000;

    private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);

    private final Selector selector;
    private IOException failure;

    EventLoop() throws IOException {
        selector = Selector.open();
    }

    /** Opens a connection, waiting until it stands; what it receives goes to {@code input} during turns. */
    Connection connect(InetSocketAddress address, Connection.Input input) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.connect(address);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            Connection connection = new Connection(channel, key, input);
            key.attach(connection);
            return connection;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Reads and writes what is ready. Waits for something to be ready, at most so long; a little longer only when the
     * wait is shorter than what the system's timers can do.
     */
    void turn(long waitNanos) throws IOException {
        if (selectNow() > 0 || waitNanos <= 0) {
            return;
        }
        if (waitNanos >= 2 * MILLISECOND) {
            selector.select(this::serve, TimeUnit.NANOSECONDS.toMillis(waitNanos - MILLISECOND));
        } else {
            LockSupport.parkNanos(Math.min(waitNanos, SLICE_NANOS));
            selectNow();
        }
        failOnError();
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }

    private int selectNow() throws IOException {
        int served = selector.selectNow(this::serve);
        failOnError();
        return served;
    }

    /** What goes wrong while a connection is served cannot pass the selector, so it is kept until the turn ends. */
    private void serve(SelectionKey key) {
        try {
            ((Connection) key.attachment()).serve();
        } catch (IOException e) {
            failure = e;
        }
    }

    private void failOnError() throws IOException {
        if (failure != null) {
            throw new IOException(failure.getMessage(), failure);
        }
    }
}
