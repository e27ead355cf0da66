package io.barnabas.broker.peer;

import static java.util.Objects.requireNonNull;

import io.barnabas.cluster.ClusterView;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Where other nodes' calls come in: tells nodes from everybody else, bounds what their calls hold, and gives each call
 * to the handler of its operation. Whatever server carries the calls asks here, in this order: {@link #admit}, {@link
 * #hold}, {@link #answer}. Thread-safe.
 */
public final class PeerDesk {
    private final PeerCredential credential;
    private final Supplier<ClusterView> view;
    private final PeerSettings settings;
    private final Map<PeerOperation, PeerHandler> handlers = new ConcurrentHashMap<>();

    /** Bytes of calls that are being read or answered. */
    private final AtomicLong heldBytes = new AtomicLong();

    public PeerDesk(PeerCredential credential, Supplier<ClusterView> view, PeerSettings settings) {
        this.credential = requireNonNull(credential, "credential");
        this.view = requireNonNull(view, "view");
        this.settings = requireNonNull(settings, "settings");
        register(PeerOperation.PING, (from, body) -> CompletableFuture.completedFuture(ByteBuffer.allocate(0)));
    }

    /** Says who answers an operation; before the node serves. */
    public void register(PeerOperation operation, PeerHandler handler) {
        if (handlers.putIfAbsent(operation, requireNonNull(handler, "handler")) != null) {
            throw new IllegalStateException(operation + " has a handler");
        }
    }

    /**
     * Lets a node in.
     *
     * @return the node that asks
     * @throws BarnabasException {@code FORBIDDEN} for everybody who is not a node of this cluster; {@code NOT_OWNER} when
     *     the call is for a node that had this address before
     */
    public int admit(String from, String to, String shown) {
        int fromNode = PeerWire.nodeId(from).orElse(-1);
        int toNode = PeerWire.nodeId(to).orElse(-1);
        if (fromNode < 0 || toNode < 0 || !credential.fits(shown, fromNode, toNode)) {
            throw new BarnabasException(ErrorCode.FORBIDDEN, "this is for nodes of the cluster alone");
        }
        int here = view.get().thisNodeId();
        if (toNode != here) {
            throw new BarnabasException(
                    ErrorCode.NOT_OWNER, "this is node " + here + ", the call is for node " + toNode);
        }
        return fromNode;
    }

    /**
     * Makes room for a body; what is returned gives it back.
     *
     * @throws BarnabasException {@code BODY_TOO_LARGE}, or {@code OVERLOADED} when other calls hold too much
     */
    public Runnable hold(int bytes) {
        if (bytes > settings.maxBodyBytes()) {
            throw new BarnabasException(
                    ErrorCode.BODY_TOO_LARGE,
                    "the call has " + bytes + " bytes, nodes take at most " + settings.maxBodyBytes());
        }
        if (heldBytes.addAndGet(bytes) > settings.maxBodiesBytes()) {
            heldBytes.addAndGet(-bytes);
            throw new BarnabasException(
                    ErrorCode.OVERLOADED,
                    "calls of other nodes hold more than " + settings.maxBodiesBytes() + " bytes, try again");
        }
        return () -> heldBytes.addAndGet(-bytes);
    }

    /**
     * Executes a call of a node that was let in; never throws.
     *
     * @param body the handler's to keep and to patch
     */
    public CompletionStage<ByteBuffer> answer(int fromNode, String operation, ByteBuffer body) {
        try {
            PeerHandler handler = PeerOperation.of(operation).map(handlers::get).orElse(null);
            if (handler == null) {
                throw new BarnabasException(
                        ErrorCode.UNKNOWN_PATH, "this node does not know the operation '" + operation + "'");
            }
            return handler.handle(fromNode, body);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
