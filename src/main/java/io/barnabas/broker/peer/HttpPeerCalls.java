package io.barnabas.broker.peer;

import static java.util.Objects.requireNonNull;

import io.barnabas.cluster.Cluster;
import io.barnabas.cluster.ClusterView;
import io.barnabas.cluster.Node;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls over HTTP/1.1 on pooled connections, as {@link PeerWire} draws them. Waits with no thread. Calls under way to a
 * node that leaves the cluster are given up: a paused one answers nothing and breaks no connection either. So are those to a
 * node that stays there and is not heard of any more, see {@link Silence}. Thread-safe.
 */
public final class HttpPeerCalls implements PeerCalls, Cluster.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(HttpPeerCalls.class);
    private static final String LEFT = " left the cluster";
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final int PING_PAUSE_MS = 250;

    private final Supplier<ClusterView> view;
    private final PeerCredential credential;
    private final PeerSettings settings;
    private final ScheduledExecutorService deadlines;
    private final LongSupplier nanoTime;
    private final HttpClient client;
    private final PeerEvents events;

    /** One entry for each node that was ever asked. */
    private final Map<Integer, PeerRoom> rooms = new ConcurrentHashMap<>();

    /**
     * Calls the nodes of the view.
     *
     * @param deadlines ends calls that take too long; does nothing else with its thread
     * @param executor reads answers and completes calls; what is done there must not block
     */
    public HttpPeerCalls(
            Supplier<ClusterView> view,
            PeerCredential credential,
            PeerSettings settings,
            ScheduledExecutorService deadlines,
            Executor executor,
            LongSupplier nanoTime,
            PeerEvents events) {
        this.view = requireNonNull(view, "view");
        this.credential = requireNonNull(credential, "credential");
        this.settings = requireNonNull(settings, "settings");
        this.deadlines = requireNonNull(deadlines, "deadlines");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
        this.events = requireNonNull(events, "events");
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(Duration.ofMillis(settings.connectTimeoutMs()))
                .executor(requireNonNull(executor, "executor"))
                .build();
    }

    @Override
    public CompletionStage<ByteBuffer> call(int nodeId, PeerOperation operation, ByteBuffer body, int timeoutMs) {
        return call(nodeId, operation, List.of(body), timeoutMs);
    }

    @Override
    public CompletionStage<ByteBuffer> call(int nodeId, PeerOperation operation, List<ByteBuffer> body, int timeoutMs) {
        ClusterView now = view.get();
        Node node = now.nodes().get(nodeId);
        if (node == null) {
            return CompletableFuture.failedFuture(new BarnabasException(
                    ErrorCode.PEER_UNREACHABLE, "node " + nodeId + " is not in the cluster at the moment"));
        }
        PeerRoom room = rooms.computeIfAbsent(nodeId, absent -> new PeerRoom(settings, nanoTime.getAsLong()));
        if (!operation.listens() && room.silence().lasts()) {
            return CompletableFuture.failedFuture(
                    new BarnabasException(ErrorCode.PEER_UNREACHABLE, "node " + nodeId + silent()));
        }
        long bytes = body.stream().mapToLong(ByteBuffer::remaining).sum();
        if (!room.enter(operation, bytes)) {
            return CompletableFuture.failedFuture(new BarnabasException(
                    ErrorCode.OVERLOADED, "too many calls to node " + nodeId + " are on their way, try again"));
        }
        long begun = nanoTime.getAsLong();
        CompletableFuture<ByteBuffer> answer;
        try {
            answer = send(room, now.thisNodeId(), node, operation, body, timeoutMs);
        } catch (RuntimeException e) { // an address that is none, no secret yet, a pool that takes nothing any more
            answer = CompletableFuture.failedFuture(new BarnabasException(
                    ErrorCode.PEER_UNREACHABLE, "node " + nodeId + " cannot be called: " + e.getMessage()));
        }
        return answer.whenComplete((done, failure) -> {
            room.leave(operation, bytes);
            if (!operation.listens()) {
                events.forwarded(operation, code(failure), nanoTime.getAsLong() - begun);
            }
        });
    }

    private static Optional<ErrorCode> code(Throwable failure) {
        return Optional.ofNullable(failure).map(BarnabasException::of).map(BarnabasException::code);
    }

    private CompletableFuture<ByteBuffer> send(
            PeerRoom room, int from, Node node, PeerOperation operation, List<ByteBuffer> body, int timeoutMs) {
        CallBody payload = new CallBody(body);
        HttpRequest request = HttpRequest.newBuilder(uri(node, operation))
                .header(PeerWire.FROM, Integer.toString(from))
                .header(PeerWire.TO, Integer.toString(node.id()))
                .header(PeerWire.CREDENTIAL, credential.of(from, node.id()))
                .header("Content-Type", PeerWire.CONTENT_TYPE)
                .POST(payload)
                .build();
        CompletableFuture<HttpResponse<ByteBuffer>> sent = client.sendAsync(
                request,
                head -> new AnswerBody(
                        head.headers().firstValueAsLong("Content-Length").orElse(-1), settings.maxBodyBytes()));
        CompletableFuture<ByteBuffer> answer = new CompletableFuture<>();
        ScheduledFuture<?> deadline = deadlines.schedule(
                () -> {
                    answer.completeExceptionally(late(node.id(), operation, payload, timeoutMs));
                    sent.cancel(true);
                },
                timeoutMs,
                TimeUnit.MILLISECONDS);
        giveUpWithNode(room, node.id(), operation, answer, why -> {
            answer.completeExceptionally(givenUp(node.id(), operation, payload, why));
            sent.cancel(true);
        });
        CompletionStage<HttpResponse<ByteBuffer>> received = sent;
        received.whenComplete((response, failure) -> {
            deadline.cancel(false);
            if (failure != null) {
                answer.completeExceptionally(failure(node.id(), operation, payload, failure));
                if (operation == PeerOperation.NEWS
                        && inVain(failure)
                        && room.silence().doubt()) {
                    ask(room, node.id());
                }
            } else {
                if (room.silence().heard(nanoTime.getAsLong())) {
                    LOG.info("another node answers again node={}", node.id());
                }
                complete(answer, node.id(), operation, response);
            }
        });
        return answer;
    }

    private void giveUpWithNode(
            PeerRoom room,
            int nodeId,
            PeerOperation operation,
            CompletionStage<ByteBuffer> answer,
            Consumer<String> giveUp) {
        Runnable answered = room.waiting(operation, giveUp);
        answer.whenComplete((done, failure) -> answered.run());
        if (!view.get().nodes().containsKey(nodeId)) { // it left before it was added
            giveUp.accept(LEFT);
        } else if (!operation.listens() && room.silence().lasts()) { // likewise
            giveUp.accept(silent());
        }
    }

    /**
     * Asks a node for a sign of life until there is one. A node that is alive for ZooKeeper may be out of reach from here,
     * without any connection that breaks: then whoever waits for it is told when it falls silent, and not after the time
     * that an answer may take.
     */
    private void ask(PeerRoom room, int nodeId) {
        call(nodeId, PeerOperation.PING, NOTHING, settings.connectTimeoutMs()).whenComplete((answer, failure) -> {
            if (!room.silence().doubted() || !view.get().nodes().containsKey(nodeId)) {
                return;
            }
            if (room.silence().unanswered(nanoTime.getAsLong())) {
                LOG.warn("another node does not answer node={} silenceMs={}", nodeId, settings.newsSilenceMs());
                room.giveUpAll(silent());
            }
            try {
                var unused = deadlines.schedule(() -> ask(room, nodeId), PING_PAUSE_MS, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                LOG.debug("no sign of life is waited for, this node goes", e);
            }
        });
    }

    /** It was waited for in vain; who refuses or breaks a connection says something. */
    private static boolean inVain(Throwable failure) {
        Throwable cause = cause(failure);
        return cause instanceof CancellationException || cause instanceof HttpConnectTimeoutException;
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private String silent() {
        return " has answered nothing for " + settings.newsSilenceMs() + " ms";
    }

    @Override
    public long silentMs(int nodeId) {
        PeerRoom room = rooms.get(nodeId);
        return room == null ? 0 : room.silence().lengthMs(nanoTime.getAsLong());
    }

    /** A node of a lost session may still be there; whoever owns now what it had is asked next. */
    @Override
    public void viewChanged(ClusterView now) {
        rooms.forEach((nodeId, room) -> {
            if (!now.nodes().containsKey(nodeId)) {
                var unused = room.silence().heard(nanoTime.getAsLong());
                room.gone(LEFT);
            }
        });
    }

    private static BarnabasException givenUp(int nodeId, PeerOperation operation, CallBody body, String why) {
        return new BarnabasException(
                body.handedOut() ? ErrorCode.OUTCOME_UNKNOWN : ErrorCode.PEER_UNREACHABLE,
                "node " + nodeId + why + ", '" + operation.wireName() + "' is given up");
    }

    private static URI uri(Node node, PeerOperation operation) {
        String url = node.url().toString();
        return URI.create(url + (url.endsWith("/") ? "" : "/") + PeerWire.PATH + operation.wireName());
    }

    private static void complete(
            CompletableFuture<ByteBuffer> answer,
            int nodeId,
            PeerOperation operation,
            HttpResponse<ByteBuffer> response) {
        String error = response.headers().firstValue(PeerWire.ERROR).orElse(null);
        if (error != null) {
            answer.completeExceptionally(PeerWire.failure(error, response.body()));
        } else if (response.statusCode() == 200) {
            answer.complete(response.body());
        } else {
            answer.completeExceptionally(PeerWire.strange(nodeId, operation, response.statusCode()));
        }
    }

    private static BarnabasException late(int nodeId, PeerOperation operation, CallBody body, int timeoutMs) {
        return new BarnabasException(
                body.handedOut() ? ErrorCode.OUTCOME_UNKNOWN : ErrorCode.PEER_UNREACHABLE,
                "node " + nodeId + " did not answer '" + operation.wireName() + "' within " + timeoutMs + " ms");
    }

    private static BarnabasException failure(int nodeId, PeerOperation operation, CallBody body, Throwable failure) {
        Throwable cause = cause(failure);
        boolean notConnected = cause instanceof ConnectException
                || cause instanceof HttpConnectTimeoutException
                || cause instanceof UnresolvedAddressException;
        if (notConnected || !body.handedOut()) {
            return new BarnabasException(
                    ErrorCode.PEER_UNREACHABLE, "node " + nodeId + " cannot be reached: " + cause.getMessage());
        }
        return new BarnabasException(
                ErrorCode.OUTCOME_UNKNOWN,
                "the connection to node " + nodeId + " broke during '" + operation.wireName() + "': "
                        + cause.getMessage());
    }
}
