package io.barnabas.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.barnabas.broker.peer.PeerDesk;
import io.barnabas.broker.peer.PeerWire;
import io.barnabas.record.BarnabasException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Calls of other nodes over real HTTP on loopback, without an application server: does what the front end does with a
 * {@link PeerDesk}, which it may be given after it was started, because a node's URL has to be known first.
 */
public final class PeerServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService workers = Executors.newCachedThreadPool();
    private volatile PeerDesk desk;

    private PeerServer(HttpServer server) {
        this.server = server;
    }

    /** Listens on a free port and answers 404 as long as it has no desk. */
    public static PeerServer start() {
        try {
            return start(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static PeerServer start(int port) throws IOException {
        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        PeerServer server = new PeerServer(http);
        http.createContext("/" + PeerWire.PATH, server::handle);
        http.setExecutor(server.workers);
        http.start();
        return server;
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    public void serve(PeerDesk given) {
        desk = given;
    }

    private void handle(HttpExchange exchange) throws IOException {
        PeerDesk at = desk;
        if (at == null) {
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
            return;
        }
        String operation = exchange.getRequestURI().getPath().substring(1 + PeerWire.PATH.length());
        int from;
        try {
            from = at.admit(
                    exchange.getRequestHeaders().getFirst(PeerWire.FROM),
                    exchange.getRequestHeaders().getFirst(PeerWire.TO),
                    exchange.getRequestHeaders().getFirst(PeerWire.CREDENTIAL));
        } catch (BarnabasException e) {
            write(exchange, 403, ByteBuffer.wrap(e.getMessage().getBytes(UTF_8)));
            return;
        }
        byte[] body = exchange.getRequestBody().readAllBytes();
        at.answer(from, operation, ByteBuffer.wrap(body)).whenComplete((answer, failure) -> {
            if (failure == null) {
                write(exchange, 200, answer);
            } else {
                BarnabasException known = BarnabasException.of(failure);
                exchange.getResponseHeaders().set(PeerWire.ERROR, known.code().name());
                write(exchange, 503, PeerWire.message(known));
            }
        });
    }

    private static void write(HttpExchange exchange, int status, ByteBuffer body) {
        byte[] bytes = new byte[body.remaining()];
        body.duplicate().get(bytes);
        try {
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (IOException e) { // the caller has gone, which is what some tests want
            exchange.getResponseHeaders().clear();
        } finally {
            exchange.close();
        }
    }

    /** Cuts every connection, as a killed process does. */
    @Override
    public void close() {
        server.stop(0);
        workers.shutdownNow();
    }
}
