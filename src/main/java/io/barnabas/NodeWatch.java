package io.barnabas;

import static java.util.Objects.requireNonNull;

import io.barnabas.cluster.Cluster;
import io.barnabas.log.EngineStatus;
import io.barnabas.log.StorageReach;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What health looks at. The server asks for it as soon as the application's beans are known, on threads that do not see
 * the application's settings: so it must not be what makes the node. Until the lifecycle has made one, there is a node
 * that starts. Thread-safe.
 */
@ApplicationScoped
class NodeWatch {
    private final AtomicReference<NodeState> node = new AtomicReference<>(new NoNode(Parts.Phase.STARTING));

    NodeState state() {
        return node.get();
    }

    void made(NodeState made) {
        node.set(requireNonNull(made, "made"));
    }

    /** There will be none. */
    void failed() {
        node.set(new NoNode(Parts.Phase.FAILED));
    }

    private record NoNode(Parts.Phase phase) implements NodeState {
        @Override
        public boolean answering() {
            return false;
        }

        @Override
        public boolean draining() {
            return false;
        }

        @Override
        public Cluster.Session zookeeper() {
            return Cluster.Session.STARTING;
        }

        @Override
        public EngineStatus engine() {
            return new EngineStatus.Closed();
        }

        @Override
        public StorageReach storage() {
            return StorageReach.ABLE;
        }

        @Override
        public int partitionsOwned() {
            return 0;
        }

        @Override
        public int partitionsOpen() {
            return 0;
        }

        @Override
        public List<String> partitionsFailed() {
            return List.of();
        }

        @Override
        public Optional<String> stuck() {
            return Optional.empty();
        }
    }
}
