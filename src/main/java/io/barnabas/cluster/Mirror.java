package io.barnabas.cluster;

import static org.apache.curator.framework.recipes.cache.CuratorCache.Options.SINGLE_NODE_CACHE;
import static org.apache.curator.framework.recipes.cache.CuratorCacheListener.Type.NODE_CHANGED;

import io.barnabas.cluster.Documents.ControllerDocument;
import io.barnabas.cluster.Documents.NodeDocument;
import io.barnabas.cluster.Snapshot.Registered;
import io.barnabas.cluster.Snapshot.Versioned;
import io.barnabas.record.BarnabasException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;

/**
 * A copy in memory of what ZooKeeper holds, kept up to date by watches. {@code changed} is called on Curator's thread
 * and must only pass the word on. {@link #snapshot} is confined to the event thread; the rest is thread-safe.
 */
final class Mirror implements AutoCloseable {
    private final ZkPaths paths;
    private final Documents documents;
    private final Runnable changed;
    private final CuratorCache nodes;
    private final CuratorCache controller;
    private final CuratorCache topics;
    private final CuratorCache assignments;
    private final CuratorCache parts;
    private final CuratorCache deletions;
    private final List<CuratorCache> all;
    private final AtomicInteger incomplete;

    /** Documents read before, by path, so that a change costs one parse and not one for each document there is. */
    private Map<String, Parsed> parsed = new HashMap<>();

    private Map<String, Parsed> parsedNow = new HashMap<>();

    Mirror(CuratorFramework client, ZkPaths paths, Documents documents, Runnable changed) {
        this.paths = paths;
        this.documents = documents;
        this.changed = changed;
        nodes = CuratorCache.build(client, paths.nodes());
        controller = CuratorCache.build(client, paths.controllerEpoch(), SINGLE_NODE_CACHE);
        topics = CuratorCache.build(client, paths.topics());
        assignments = CuratorCache.build(client, paths.assignments());
        parts = CuratorCache.build(client, paths.parts());
        deletions = CuratorCache.build(client, paths.deletions());
        all = List.of(nodes, controller, topics, assignments, parts, deletions);
        incomplete = new AtomicInteger(all.size());
    }

    void start() {
        all.forEach(cache -> {
            cache.listenable()
                    .addListener(CuratorCacheListener.builder()
                            .forAll((type, before, after) -> {
                                if (cache != parts || type != NODE_CHANGED || isOfTheCluster(before, after)) {
                                    changed.run();
                                }
                            })
                            .forInitialized(this::initialized)
                            .build());
            cache.start();
        });
    }

    /**
     * Whether more than the log engine's part of a partition's document has changed. A log engine writes there whenever
     * a ledger begins or ends, of each partition, and taking a new state in costs something for each partition there is.
     */
    private boolean isOfTheCluster(ChildData before, ChildData after) {
        if (ZkPaths.depthBelow(paths.parts(), after.getPath()) != 2) {
            return true;
        }
        try {
            return !documents
                    .part(after.getPath(), after.getData())
                    .hasClaimOf(documents.part(before.getPath(), before.getData()));
        } catch (BarnabasException e) {
            return true; // the next snapshot tells of it
        }
    }

    /** Whether everything that was there at the start has been read. */
    boolean complete() {
        return incomplete.get() == 0;
    }

    /** The present state; {@code CORRUPT_DATA} when a document is unreadable or of a newer version. */
    Snapshot snapshot() {
        parsedNow = new HashMap<>(2 * parsed.size());
        Snapshot snapshot = new Snapshot(
                registered(),
                controllerId(),
                byName(),
                byId(assignments, paths.assignments(), documents::assignment),
                claimed(),
                deleted());
        parsed = parsedNow;
        return snapshot;
    }

    @Override
    public void close() {
        all.forEach(CuratorCache::close);
    }

    private void initialized() {
        incomplete.decrementAndGet();
        changed.run();
    }

    private SortedMap<Integer, Registered> registered() {
        SortedMap<Integer, Registered> found = new TreeMap<>();
        below(nodes, paths.nodes(), 1).forEach(child -> {
            NodeDocument node = read(child, documents::node);
            found.put(
                    Integer.valueOf(ZkPaths.leaf(child.getPath())),
                    new Registered(
                            node.url(),
                            child.getStat().getEphemeralOwner(),
                            node.zone(),
                            node.draining(),
                            node.run(),
                            node.storage(),
                            child.getStat().getMzxid()));
        });
        return found;
    }

    private OptionalInt controllerId() {
        return controller
                .get(paths.controllerEpoch())
                .map(child -> OptionalInt.of(this.<ControllerDocument>read(child, documents::controller)
                        .nodeId()))
                .orElseGet(OptionalInt::empty);
    }

    private SortedMap<String, Versioned<Topic>> byName() {
        SortedMap<String, Versioned<Topic>> found = new TreeMap<>();
        below(topics, paths.topics(), 1)
                .forEach(child -> found.put(
                        ZkPaths.leaf(child.getPath()),
                        new Versioned<>(
                                read(child, documents::topic), child.getStat().getVersion())));
        return found;
    }

    private <T> Map<UUID, Versioned<T>> byId(CuratorCache cache, String folder, BiFunction<String, byte[], T> reader) {
        Map<UUID, Versioned<T>> found = new HashMap<>();
        below(cache, folder, 1)
                .forEach(child -> found.put(
                        UUID.fromString(ZkPaths.leaf(child.getPath())),
                        new Versioned<>(read(child, reader), child.getStat().getVersion())));
        return found;
    }

    private Map<PartitionKey, Versioned<PartDocument>> claimed() {
        Map<PartitionKey, Versioned<PartDocument>> found = new HashMap<>(2 * parsed.size());
        below(parts, paths.parts(), 2).forEach(child -> {
            Keyed part = read(child, this::keyed);
            found.put(part.key, new Versioned<>(part.document, child.getStat().getVersion()));
        });
        return found;
    }

    /** With the key, which takes longer to read out of the path than all else that a document costs that did not change. */
    private Keyed keyed(String path, byte[] bytes) {
        PartitionKey key =
                new PartitionKey(UUID.fromString(ZkPaths.folderOf(path)), Integer.parseInt(ZkPaths.leaf(path)));
        return new Keyed(key, documents.part(path, bytes));
    }

    private Map<UUID, Set<Integer>> deleted() {
        Map<UUID, Set<Integer>> found = new HashMap<>();
        below(deletions, paths.deletions(), 1)
                .forEach(child -> found.put(UUID.fromString(ZkPaths.leaf(child.getPath())), new HashSet<>()));
        below(deletions, paths.deletions(), 2).forEach(child -> found.computeIfAbsent(
                        UUID.fromString(ZkPaths.folderOf(child.getPath())), absent -> new HashSet<>())
                .add(Integer.valueOf(ZkPaths.leaf(child.getPath()))));
        return found;
    }

    private static Stream<ChildData> below(CuratorCache cache, String folder, int depth) {
        return cache.stream()
                .filter(child ->
                        child.getPath().startsWith(folder) && ZkPaths.depthBelow(folder, child.getPath()) == depth);
    }

    @SuppressWarnings("unchecked") // a path is always read by the same reader
    private <T> T read(ChildData child, BiFunction<String, byte[], T> reader) {
        Parsed known = parsed.get(child.getPath());
        long changeId = child.getStat().getMzxid();
        Parsed current = known != null && known.changeId == changeId
                ? known
                : new Parsed(changeId, reader.apply(child.getPath(), child.getData()));
        parsedNow.put(child.getPath(), current);
        return (T) current.value;
    }

    private record Parsed(long changeId, Object value) {}

    private record Keyed(PartitionKey key, PartDocument document) {}
}
