package io.barnabas.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.zookeeper.KeeperException.Code;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a log engine keeps in ZooKeeper of each partition: fields of its own in the partition's document, beside the
 * cluster's epoch and owner, and <em>pieces</em>, which are documents below it for what is too large. Everything is read
 * from ZooKeeper itself and changed by compare and set, so an owner that was replaced changes nothing, however late.
 *
 * <pre>
 *  claimed by a node              /parts/TOPIC_ID/PARTITION         owned, replace
 *      | topic deleted; the controller moves what has fields
 *      v
 *  remains of a deleted topic     /deleted/TOPIC_ID/PARTITION       remains, forget
 *      | forget
 *      v
 *     gone
 * </pre>
 *
 * <p>Thread-safe; never blocks. Stages complete on a thread of the cluster that also brings other answers: chain nothing
 * to them that waits. Failures are {@link BarnabasException}: {@code ZOOKEEPER_UNAVAILABLE} (then a change may have been
 * made or not), {@code NOT_OWNER} when another epoch owns the partition or it was deleted, {@code ILLEGAL_STATE} when the
 * same epoch has written meanwhile (read again), {@code CORRUPT_DATA}.
 */
public final class PartStore {
    private static final Logger LOG = LoggerFactory.getLogger(PartStore.class);

    private final AsyncZooKeeper zooKeeper;
    private final ZkPaths paths;
    private final Documents documents;
    private final int nodeId;

    PartStore(AsyncZooKeeper zooKeeper, ZkPaths paths, Documents documents, int nodeId) {
        this.zooKeeper = zooKeeper;
        this.paths = paths;
        this.documents = documents;
        this.nodeId = nodeId;
    }

    /** A partition's document as it was read or written; immutable. */
    public static final class Part {
        private final PartitionKey key;
        private final PartDocument document;
        private final int version;

        Part(PartitionKey key, PartDocument document, int version) {
            this.key = key;
            this.document = document;
            this.version = version;
        }

        public UUID topicId() {
            return key.topicId();
        }

        public int partition() {
            return key.partition();
        }

        /** The epoch of the last claim. */
        public int epoch() {
            return document.epoch();
        }

        /** The node that claimed last; whether it lives is not said. */
        public int owner() {
            return document.owner();
        }

        /** ZooKeeper's version of the document, which compare and set compares. */
        public int version() {
            return version;
        }

        /** The engine's own fields; a copy, empty when it never wrote any. */
        public ObjectNode fields() {
            return document.fields();
        }

        @Override
        public String toString() {
            return "Part[" + key.topicId() + "-" + key.partition() + " epoch=" + epoch() + " owner=" + owner()
                    + " version=" + version + "]";
        }
    }

    /** Every document there was: those of topics, and what deleted topics left. */
    public record Everything(List<Part> parts, List<Part> remains) {}

    /**
     * The document of a partition that this node owns under {@code epoch}; {@code NOT_OWNER} when it does not. Claims
     * that were made before the call are seen, also when this node's ZooKeeper server lags behind the others.
     */
    public CompletionStage<Part> owned(UUID topicId, int partition, int epoch) {
        PartitionKey key = new PartitionKey(topicId, partition);
        return zooKeeper
                .sync(paths.part(key))
                .thenCompose(synced -> read(key, paths.part(key)))
                .thenApply(part -> {
                    if (part.epoch() != epoch || part.owner() != nodeId) {
                        throw notOwner(
                                part.key, "it is owned by node " + part.owner() + " under epoch " + part.epoch());
                    }
                    return part;
                });
    }

    /** The document of a partition, whoever owns it; {@code NOT_OWNER} when there is none. */
    public CompletionStage<Part> read(UUID topicId, int partition) {
        PartitionKey key = new PartitionKey(topicId, partition);
        return read(key, paths.part(key));
    }

    /** {@link #replace(Part, ObjectNode, Map, Set)} without a change of pieces. */
    public CompletionStage<Part> replace(Part expected, ObjectNode fields) {
        return replace(expected, fields, Map.of(), Set.of());
    }

    /**
     * In one step, if the document still is {@code expected}: gives it other fields, which replace all it had, makes
     * pieces and removes pieces. When it turns out that this very change has been made (the answer to an earlier attempt
     * was lost) it succeeds.
     *
     * @return the document as it is now; what the next change expects
     */
    public CompletionStage<Part> replace(
            Part expected, ObjectNode fields, Map<String, byte[]> made, Set<String> removed) {
        PartDocument document = expected.document.with(fields);
        String path = paths.part(expected.key);
        byte[] bytes = documents.bytes(document);
        CompletableFuture<Part> answer = new CompletableFuture<>();
        zooKeeper
                .transact(operations -> {
                    List<CuratorOp> writes = new ArrayList<>();
                    writes.add(
                            operations.setData().withVersion(expected.version).forPath(path, bytes));
                    for (Map.Entry<String, byte[]> piece : made.entrySet()) {
                        writes.add(operations.create().forPath(path + "/" + piece.getKey(), piece.getValue()));
                    }
                    for (String piece : removed) {
                        writes.add(operations.delete().forPath(path + "/" + piece));
                    }
                    return writes;
                })
                .whenComplete((code, failure) -> {
                    if (failure != null) {
                        answer.completeExceptionally(failure);
                    } else if (code == Code.OK) {
                        answer.complete(new Part(expected.key, document, expected.version + 1));
                    } else {
                        refused(expected, document, code, answer);
                    }
                });
        return answer;
    }

    /** Tells apart: done by an earlier attempt, written by the same epoch, owned by another. */
    private void refused(Part expected, PartDocument wanted, Code code, CompletableFuture<Part> answer) {
        LOG.debug("change of a partition's document refused part={} code={}", expected, code);
        read(expected.key, paths.part(expected.key)).whenComplete((now, failure) -> {
            if (failure != null) {
                answer.completeExceptionally(failure);
            } else if (now.epoch() != expected.epoch() || now.owner() != expected.owner()) {
                answer.completeExceptionally(
                        notOwner(now.key, "it was claimed by node " + now.owner() + " under epoch " + now.epoch()));
            } else if (now.version > expected.version && now.document.equals(wanted)) {
                answer.complete(now);
            } else {
                answer.completeExceptionally(new BarnabasException(
                        ErrorCode.ILLEGAL_STATE,
                        "the document of partition " + expected.partition() + " of topic " + expected.topicId()
                                + " was changed meanwhile under the same epoch, or a piece of it was (" + code + ")"));
            }
        });
    }

    /** The content of a piece; {@code NOT_OWNER} when it is not there. */
    public CompletionStage<byte[]> piece(Part part, String name) {
        return zooKeeper.read(paths.part(part.key) + "/" + name).thenApply(found -> found.orElseThrow(
                        () -> notOwner(part.key, "it has no piece " + name))
                .bytes());
    }

    /**
     * Everything that is there; for whoever looks for what nothing refers to. A document that moves from one list to the
     * other meanwhile is in one of them at least. Not for often: it reads each document.
     */
    public CompletionStage<Everything> everything() {
        return zooKeeper
                .sync(paths.parts())
                .thenCompose(synced -> below(paths.parts()))
                .thenCompose(parts -> below(paths.deletions()).thenApply(remains -> new Everything(parts, remains)));
    }

    /** What deleted topics left in which the engine still has something to delete. */
    public CompletionStage<List<Part>> remains() {
        return below(paths.deletions());
    }

    /** The names of the pieces of a deleted partition. */
    public CompletionStage<List<String>> remainingPieces(Part remains) {
        return zooKeeper.children(paths.remains(remains.key));
    }

    /** The content of a piece of a deleted partition; {@code NOT_OWNER} when it is not there any more. */
    public CompletionStage<byte[]> remainingPiece(Part remains, String name) {
        return zooKeeper.read(paths.remains(remains.key) + "/" + name).thenApply(found -> found.orElseThrow(
                        () -> notOwner(remains.key, "it has no piece " + name))
                .bytes());
    }

    /** The engine has deleted everything that a deleted partition's document names. Without effect when it is gone. */
    public CompletionStage<Void> forget(Part remains) {
        String path = paths.remains(remains.key);
        return zooKeeper
                .children(path)
                .thenCompose(pieces -> zooKeeper.transact(operations -> {
                    List<CuratorOp> writes = new ArrayList<>();
                    for (String piece : pieces) {
                        writes.add(operations.delete().forPath(path + "/" + piece));
                    }
                    writes.add(operations.delete().forPath(path));
                    return writes;
                }))
                .thenApply(code -> {
                    if (code != Code.OK && code != Code.NONODE) {
                        throw new BarnabasException(
                                ErrorCode.ZOOKEEPER_UNAVAILABLE,
                                "removing " + path + " failed: ZooKeeper says " + code);
                    }
                    return null;
                });
    }

    private CompletionStage<List<Part>> below(String folder) {
        return zooKeeper
                .children(folder)
                .thenCompose(topics -> zooKeeper.each(
                        topics,
                        topic -> zooKeeper.children(folder + "/" + topic).thenApply(partitions -> partitions.stream()
                                .map(partition -> new PartitionKey(UUID.fromString(topic), Integer.parseInt(partition)))
                                .toList())))
                .thenCompose(keys ->
                        zooKeeper.each(keys.stream().flatMap(List::stream).toList(), key -> found(key, folder)))
                .thenApply(parts -> parts.stream().filter(Objects::nonNull).collect(Collectors.toList()));
    }

    /** Null when it went away meanwhile. */
    private CompletionStage<Part> found(PartitionKey key, String folder) {
        String path = folder + "/" + key.topicId() + "/" + key.partition();
        return zooKeeper.read(path).thenApply(found -> found.map(
                        node -> new Part(key, documents.part(path, node.bytes()), node.version()))
                .orElse(null));
    }

    private CompletionStage<Part> read(PartitionKey key, String path) {
        return zooKeeper.read(path).thenApply(found -> found.map(
                        node -> new Part(key, documents.part(path, node.bytes()), node.version()))
                .orElseThrow(() -> notOwner(key, "it was never claimed or its topic is deleted")));
    }

    private static BarnabasException notOwner(PartitionKey key, String why) {
        return new BarnabasException(
                ErrorCode.NOT_OWNER,
                "partition " + key.partition() + " of topic " + key.topicId() + " is not this node's: " + why);
    }
}
