package io.barnabas.testing.relay;

import io.barnabas.testing.relay.LinkState.Way;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Random;

/**
 * A client's connection and the one to the server that was made for it, as soon as requests pass. Confined to the relay's
 * thread.
 */
final class RelayedConnection {
    private final SocketChannel client;
    private final SocketChannel server;
    private final InetSocketAddress target;
    private final SelectionKey clientKey;
    private final SelectionKey serverKey;
    private final RelayPipe requests;
    private final RelayPipe answers;
    private boolean connecting;

    RelayedConnection(SocketChannel client, InetSocketAddress target, Selector selector, Random random, long nowNanos)
            throws IOException {
        this.client = client;
        this.target = target;
        server = SocketChannel.open();
        configure(client);
        configure(server);
        clientKey = client.register(selector, 0, this);
        serverKey = server.register(selector, 0, this);
        requests = new RelayPipe(Way.REQUESTS, client, server, random, nowNanos);
        answers = new RelayPipe(Way.ANSWERS, server, client, random, nowNanos);
    }

    private static void configure(SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    /** Moves what can be moved both ways; false when the connection is over. */
    boolean flow(LinkState link, long nowNanos) {
        try {
            connect(link);
            if (server.isConnected()) {
                requests.flow(link, nowNanos);
                answers.flow(link, nowNanos);
            }
        } catch (IOException e) { // one end is gone, so the other hears of it
            abort();
            return false;
        }
        if (requests.over() && answers.over()) {
            close();
            return false;
        }
        clientKey.interestOps(operations(
                false, server.isConnected() && requests.wantsToRead(link), answers.wantsToWrite(link, nowNanos)));
        serverKey.interestOps(operations(
                connecting, server.isConnected() && answers.wantsToRead(link), requests.wantsToWrite(link, nowNanos)));
        return true;
    }

    private void connect(LinkState link) throws IOException {
        if (connecting) {
            connecting = !server.finishConnect();
        } else if (!server.isConnected() && link.passes(Way.REQUESTS)) {
            connecting = !server.connect(target);
        }
    }

    private static int operations(boolean connect, boolean read, boolean write) {
        return (connect ? SelectionKey.OP_CONNECT : 0)
                | (read ? SelectionKey.OP_READ : 0)
                | (write ? SelectionKey.OP_WRITE : 0);
    }

    long untilDueNanos(LinkState link, long nowNanos) {
        return Math.min(requests.untilDueNanos(link, nowNanos), answers.untilDueNanos(link, nowNanos));
    }

    /** Breaks it: both ends are reset. */
    void abort() {
        reset(client);
        reset(server);
    }

    private static void reset(SocketChannel channel) {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException e) {
            // it is closed already
        }
        close(channel);
    }

    private void close() {
        close(client);
        close(server);
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new IllegalStateException("a relayed connection could not be closed", e);
        }
    }
}
