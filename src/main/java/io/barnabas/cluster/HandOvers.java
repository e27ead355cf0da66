package io.barnabas.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.zookeeper.KeeperException.Code;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives partitions up in good order: first the log is closed, then the partition's document says that it is released,
 * and only then does the next node claim it. So nobody is fenced by a move that was planned. When a step fails the next
 * node takes the partition after its own wait. Confined to the event thread, apart from what stages complete.
 */
final class HandOvers {
    private static final Logger LOG = LoggerFactory.getLogger(HandOvers.class);
    private static final int ATTEMPTS = 5;

    private final AsyncZooKeeper zooKeeper;
    private final ZkPaths paths;
    private final Documents documents;
    private final Announcer announcer;
    private final int nodeId;

    HandOvers(AsyncZooKeeper zooKeeper, ZkPaths paths, Documents documents, Announcer announcer, int nodeId) {
        this.zooKeeper = zooKeeper;
        this.paths = paths;
        this.documents = documents;
        this.announcer = announcer;
        this.nodeId = nodeId;
    }

    /** Has the logs closed and the documents marked; the release shows in the next state. */
    void begin(List<Holdings.Change> leaving) {
        for (Holdings.Change change : leaving) {
            List<CompletableFuture<?>> closed = new ArrayList<>();
            announcer.tell(listener -> closed.add(
                    listener.handOver(change.topic(), change.partition()).toCompletableFuture()));
            CompletableFuture<?> unused = CompletableFuture.allOf(closed.toArray(CompletableFuture[]::new))
                    .thenCompose(done -> release(change, ATTEMPTS))
                    .whenComplete((released, failure) -> {
                        if (failure != null) {
                            LOG.warn(
                                    "a partition could not be released topic={} partition={}",
                                    change.topic().name(),
                                    change.partition(),
                                    failure);
                        }
                    });
        }
    }

    /** Without effect when the partition is not this node's any more. */
    private CompletionStage<Void> release(Holdings.Change change, int attempts) {
        String path = paths.part(change.key());
        return zooKeeper.read(path).thenCompose(found -> {
            if (found.isEmpty()) {
                return CompletableFuture.completedFuture(null);
            }
            PartDocument part = documents.part(path, found.get().bytes());
            if (part.owner() != nodeId || part.epoch() != change.epoch() || part.released()) {
                return CompletableFuture.completedFuture(null);
            }
            byte[] released = documents.bytes(part.release());
            int version = found.get().version();
            return zooKeeper
                    .transact(operations ->
                            List.of(operations.setData().withVersion(version).forPath(path, released)))
                    .thenCompose(code -> code == Code.BADVERSION && attempts > 1
                            ? release(change, attempts - 1)
                            : CompletableFuture.completedFuture(null));
        });
    }
}
