package io.barnabas.cluster;

import io.barnabas.cluster.Documents.ControllerDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the leading node does: writes what {@link ControllerPlan} has decided: who shall own each
 * partition, and what goes of deleted topics. Every write
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

    /**
     * Whether another term has begun since this one. It is not always a later leader's: one that was elected earlier and
     * was slow may have begun its own after this one.
     */
    boolean replaced() throws Exception {
        Stat stat = client.checkExists().forPath(paths.controllerEpoch());
        return stat == null || stat.getVersion() != termVersion;
    }

    /** Writes a plan. A write that lost a race fails, with all that come after it; then the next state is planned. */
    void write(ControllerPlan plan) throws Exception {
        for (ControllerPlan.Assignment assignment : plan.assignments()) {
            assign(assignment);
        }
        for (UUID id : plan.deletions()) {
            remove(id);
        }
    }

    private void assign(ControllerPlan.Assignment assignment) throws Exception {
        Topic topic = assignment.topic().value();
        List<CuratorOp> writes = new ArrayList<>();
        // The topic's document must be as read: a topic deleted meanwhile must not leave an assignment behind.
        writes.add(client.transactionOp()
                .check()
                .withVersion(assignment.topic().version())
                .forPath(paths.topic(topic.name())));
        byte[] document = documents.assignment(assignment.wanted());
        if (assignment.before().isEmpty()) {
            writes.add(client.transactionOp().create().forPath(paths.assignment(topic.id()), document));
            writes.add(client.transactionOp().create().forPath(paths.parts(topic.id()), new byte[0]));
        } else {
            writes.add(client.transactionOp()
                    .setData()
                    .withVersion(assignment.before().get().version())
                    .forPath(paths.assignment(topic.id()), document));
        }
        write(writes);
        LOG.info("placed partitions topic={} partitions={}", topic.name(), topic.partitionCount());
    }

    /**
     * Assignment first, so that nobody claims; its note last, so that a leader after us goes on where we stopped. What
     * the log engine noted of a partition moves below the note, and the note stays until an engine has taken it away.
     */
    private void remove(UUID topicId) throws Exception {
        remove(paths.assignment(topicId));
        String folder = paths.parts(topicId);
        List<CuratorOp> plain = new ArrayList<>();
        for (String part : existingChildren(folder)) {
            Stat stat = new Stat();
            byte[] document = client.getData().storingStatIn(stat).forPath(part);
            if (documents.part(part, document).fields().isEmpty() && stat.getNumChildren() == 0) {
                plain.add(client.transactionOp()
                        .delete()
                        .withVersion(stat.getVersion())
                        .forPath(part));
            } else {
                moveRemains(new PartitionKey(topicId, Integer.parseInt(ZkPaths.leaf(part))), document, stat);
            }
        }
        for (int i = 0; i < plain.size(); i += DELETIONS_PER_TRANSACTION) {
            write(plain.subList(i, Math.min(plain.size(), i + DELETIONS_PER_TRANSACTION)));
        }
        remove(folder);
        if (existingChildren(paths.deletion(topicId)).isEmpty()) {
            remove(paths.deletion(topicId));
            LOG.info("removed the documents of a deleted topic topicId={}", topicId);
        }
    }

    /**
     * Moves a partition's document and its pieces below the note of the deletion, each piece in a step of its own, for
     * together they may be too large for one. An owner that still writes makes the last step fail; then it is all tried
     * anew.
     */
    private void moveRemains(PartitionKey key, byte[] document, Stat stat) throws Exception {
        String from = paths.part(key);
        String to = paths.remains(key);
        CuratorOp copy = client.checkExists().forPath(to) == null
                ? client.transactionOp().create().forPath(to, document)
                : client.transactionOp().setData().forPath(to, document);
        write(List.of(copy));
        for (String piece : existingChildren(from)) {
            CuratorOp moved = client.transactionOp()
                    .create()
                    .forPath(to + "/" + ZkPaths.leaf(piece), client.getData().forPath(piece));
            write(List.of(moved, client.transactionOp().delete().forPath(piece)));
        }
        write(List.of(
                client.transactionOp().delete().withVersion(stat.getVersion()).forPath(from)));
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

    private void remove(String path) throws Exception {
        if (client.checkExists().forPath(path) != null) {
            write(List.of(client.transactionOp().delete().forPath(path)));
        }
    }

    /** Together, or none when another leader has begun its term. */
    private void write(List<CuratorOp> writes) throws Exception {
        List<CuratorOp> fenced = new ArrayList<>();
        fenced.add(term());
        fenced.addAll(writes);
        client.transaction().forOperations(fenced);
    }

    private CuratorOp term() throws Exception {
        return client.transactionOp().check().withVersion(termVersion).forPath(paths.controllerEpoch());
    }
}
