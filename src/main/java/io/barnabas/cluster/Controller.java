package io.barnabas.cluster;

import io.barnabas.cluster.Documents.ControllerDocument;
import io.barnabas.cluster.Snapshot.Versioned;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the leading node does: writes who shall own each partition and removes what deleted topics left. Every write
 * carries a check of the version of {@code controller-epoch}, so a leader that was replaced without knowing it changes
 * nothing. Blocks on ZooKeeper; confined to the work thread.
 */
final class Controller {
    private static final Logger LOG = LoggerFactory.getLogger(Controller.class);
    private static final int DELETIONS_PER_TRANSACTION = 100;

    private final CuratorFramework client;
    private final ZkPaths paths;
    private final Documents documents;
    private final int nodeId;
    private int termVersion;

    Controller(CuratorFramework client, ZkPaths paths, Documents documents, int nodeId) {
        this.client = client;
        this.paths = paths;
        this.documents = documents;
        this.nodeId = nodeId;
    }

    /** Begins a term under the next epoch; fences every earlier leader. */
    void begin() throws Exception {
        String path = paths.controllerEpoch();
        Stat stat = new Stat();
        ControllerDocument before =
                documents.controller(path, client.getData().storingStatIn(stat).forPath(path));
        int epoch = before.epoch() + 1;
        Stat after = client.setData().withVersion(stat.getVersion()).forPath(path, documents.controller(epoch, nodeId));
        termVersion = after.getVersion();
        LOG.info("this node leads the cluster node={} epoch={}", nodeId, epoch);
    }

    /** Whether there is something to do in this state; pure. */
    static boolean idle(Snapshot snapshot) {
        return snapshot.deletions().isEmpty()
                && (snapshot.nodes().isEmpty()
                        || snapshot.topics().values().stream().allMatch(topic -> placed(snapshot, topic.value())));
    }

    /** Brings assignments up to what this state asks for. A write that lost a race fails and is tried anew later. */
    void step(Snapshot snapshot) throws Exception {
        Map<UUID, List<Integer>> assigned = new HashMap<>();
        snapshot.assignments().forEach((id, assignment) -> assigned.put(id, assignment.value()));
        for (Versioned<Topic> topic : snapshot.topics().values()) {
            if (!placed(snapshot, topic.value())) {
                assigned.put(topic.value().id(), assign(snapshot, topic, Placement.count(assigned.values())));
            }
        }
        for (UUID id : snapshot.deletions()) {
            remove(id);
        }
    }

    private static boolean placed(Snapshot snapshot, Topic topic) {
        Versioned<List<Integer>> assignment = snapshot.assignments().get(topic.id());
        return assignment != null && assignment.value().size() >= topic.partitionCount();
    }

    private List<Integer> assign(Snapshot snapshot, Versioned<Topic> versioned, Map<Integer, Integer> totals)
            throws Exception {
        Topic topic = versioned.value();
        Versioned<List<Integer>> before = snapshot.assignments().get(topic.id());
        List<Integer> placed = before == null ? List.of() : before.value();
        List<Integer> wanted = Placement.place(
                placed, topic.partitionCount(), new TreeSet<>(snapshot.nodes().keySet()), totals);
        if (wanted.equals(placed)) {
            return wanted;
        }
        List<CuratorOp> writes = new ArrayList<>();
        writes.add(term());
        // The topic's document must be as read: a topic deleted meanwhile must not leave an assignment behind.
        writes.add(
                client.transactionOp().check().withVersion(versioned.version()).forPath(paths.topic(topic.name())));
        byte[] document = documents.assignment(wanted);
        if (before == null) {
            writes.add(client.transactionOp().create().forPath(paths.assignment(topic.id()), document));
            writes.add(client.transactionOp().create().forPath(paths.parts(topic.id()), new byte[0]));
        } else {
            writes.add(client.transactionOp()
                    .setData()
                    .withVersion(before.version())
                    .forPath(paths.assignment(topic.id()), document));
        }
        client.transaction().forOperations(writes);
        LOG.info("placed partitions topic={} partitions={}", topic.name(), topic.partitionCount());
        return wanted;
    }

    /** Assignment first, so that nobody claims; its note last, so that a leader after us goes on where we stopped. */
    private void remove(UUID topicId) throws Exception {
        removeAll(List.of(paths.assignment(topicId)));
        String folder = paths.parts(topicId);
        List<String> parts = existingChildren(folder);
        for (int i = 0; i < parts.size(); i += DELETIONS_PER_TRANSACTION) {
            removeAll(parts.subList(i, Math.min(parts.size(), i + DELETIONS_PER_TRANSACTION)));
        }
        removeAll(List.of(folder));
        removeAll(List.of(paths.deletion(topicId)));
        LOG.info("removed the documents of a deleted topic topicId={}", topicId);
    }

    private List<String> existingChildren(String folder) throws Exception {
        try {
            return client.getChildren().forPath(folder).stream()
                    .map(child -> folder + "/" + child)
                    .collect(Collectors.toList());
        } catch (KeeperException.NoNodeException e) {
            return List.of();
        }
    }

    private void removeAll(List<String> found) throws Exception {
        List<CuratorOp> writes = new ArrayList<>();
        writes.add(term());
        for (String path : found) {
            if (client.checkExists().forPath(path) != null) {
                writes.add(client.transactionOp().delete().forPath(path));
            }
        }
        client.transaction().forOperations(writes);
    }

    private CuratorOp term() throws Exception {
        return client.transactionOp().check().withVersion(termVersion).forPath(paths.controllerEpoch());
    }
}
