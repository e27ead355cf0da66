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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Calls over HTTP/1.1 on pooled connections, as {@link PeerWire} draws them. Waits with no thread. Calls under way to a
 * node that leaves the cluster are given up: a paused one answers nothing and breaks no connection either. Thread-safe.
 */
public final class HttpPeerCalls implements PeerCalls, Cluster.Listener {
    private final Supplier<ClusterView> view;
    private final PeerCredential credential;
    private final PeerSettings settings;
    private final ScheduledExecutorService deadlines;
    private final LongSupplier nanoTime;
    private final HttpClient client;
    private final PeerEvents events;

    /** One entry for each node that was ever asked. */
    private final Map<Integer, Room> rooms = new ConcurrentHashMap<>();

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
        Room room = rooms.computeIfAbsent(nodeId, absent -> new Room());
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
            if (operation != PeerOperation.NEWS) { // which only waits
                events.forwarded(operation, code(failure), nanoTime.getAsLong() - begun);
            }
        });
    }

    private static Optional<ErrorCode> code(Throwable failure) {
        return Optional.ofNullable(failure).map(BarnabasException::of).map(BarnabasException::code);
    }

    private CompletableFuture<ByteBuffer> send(
            Room room, int from, Node node, PeerOperation operation, List<ByteBuffer> body, int timeoutMs) {
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
        giveUpWithNode(room, node.id(), answer, () -> {
            answer.completeExceptionally(left(node.id(), operation, payload));
            sent.cancel(true);
        });
        CompletionStage<HttpResponse<ByteBuffer>> received = sent;
        received.whenComplete((response, failure) -> {
            deadline.cancel(false);
            if (failure != null) {
                answer.completeExceptionally(failure(node.id(), operation, payload, failure));
            } else {
                complete(answer, node.id(), operation, response);
            }
        });
        return answer;
    }

    private void giveUpWithNode(Room room, int nodeId, CompletionStage<ByteBuffer> answer, Runnable giveUp) {
        room.underWay.add(giveUp);
        answer.whenComplete((done, failure) -> room.underWay.remove(giveUp));
        if (!view.get().nodes().containsKey(nodeId)) { // it left before it was added
            giveUp.run();
        }
    }

    /** A node of a lost session may still be there; whoever owns now what it had is asked next. */
    @Override
    public void viewChanged(ClusterView now) {
        rooms.forEach((nodeId, room) -> {
            if (!now.nodes().containsKey(nodeId)) {
                room.underWay.forEach(Runnable::run);
            }
        });
    }

    private static BarnabasException left(int nodeId, PeerOperation operation, CallBody body) {
        return new BarnabasException(
                body.handedOut() ? ErrorCode.OUTCOME_UNKNOWN : ErrorCode.PEER_UNREACHABLE,
                "node " + nodeId + " left the cluster before it answered '" + operation.wireName() + "'");
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
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
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

    /** How much is on its way to one node. The poll for news waits there all the time and is not counted. */
    private final class Room {
        private final AtomicInteger calls = new AtomicInteger();
        private final AtomicLong bytes = new AtomicLong();

        /** What gives up each call under way. */
        private final Set<Runnable> underWay = ConcurrentHashMap.newKeySet();

        boolean enter(PeerOperation operation, long more) {
            if (operation == PeerOperation.NEWS) {
                return true;
            }
            long before = bytes.getAndAdd(more);
            boolean fits = before == 0 || before + more <= settings.maxNodeBytes();
            if (calls.incrementAndGet() > settings.maxCallsPerNode() || !fits) {
                leave(operation, more);
                return false;
            }
            return true;
        }

        void leave(PeerOperation operation, long less) {
            if (operation != PeerOperation.NEWS) {
                calls.decrementAndGet();
                bytes.addAndGet(-less);
            }
        }
    }
}
