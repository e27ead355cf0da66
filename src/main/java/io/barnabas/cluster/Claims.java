package io.barnabas.cluster;

import io.barnabas.cluster.Snapshot.Versioned;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.zookeeper.KeeperException.Code;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims partitions by compare and set, several in parallel, without blocking. Confined to the event thread, on which
 * the answers come back too.
 */
final class Claims {
    private static final Logger LOG = LoggerFactory.getLogger(Claims.class);

    private final CuratorFramework client;
    private final ZkPaths paths;
    private final Documents documents;
    private final Executor events;
    private final int nodeId;
    private final int parallel;
    private final Answer answer;
    private final Set<PartitionKey> inFlight = new HashSet<>();
    private Deque<PartitionKey> waiting = new ArrayDeque<>();

    /** Rises when a session ends: answers to claims of an earlier one are dropped. */
    private int tenure;

    /** Hears on the event thread how a claim ended. */
    interface Answer {
        void claimed(PartitionKey key, int epoch);

        /** The claim lost a race or the connection; the state must be looked at again. */
        void refused(PartitionKey key);
    }

    Claims(
            CuratorFramework client,
            ZkPaths paths,
            Documents documents,
            Executor events,
            int nodeId,
            int parallel,
            Answer answer) {
        this.client = client;
        this.paths = paths;
        this.documents = documents;
        this.events = events;
        this.nodeId = nodeId;
        this.parallel = parallel;
        this.answer = answer;
    }

    Set<PartitionKey> inFlight() {
        return inFlight;
    }

    /** Forgets what runs and what waits; used when the session is over. */
    void forget() {
        tenure++;
        inFlight.clear();
        waiting.clear();
    }

    /** Claims these, in this order, under the given session; replaces what waited before. */
    void claim(Deque<PartitionKey> keys, Snapshot snapshot, long session) {
        waiting = keys;
        pump(snapshot, session);
    }

    private void pump(Snapshot snapshot, long session) {
        while (inFlight.size() < parallel && !waiting.isEmpty()) {
            PartitionKey key = waiting.poll();
            if (inFlight.add(key)) {
                send(key, snapshot, session);
            }
        }
    }

    private void send(PartitionKey key, Snapshot snapshot, long session) {
        Versioned<PartDocument> before = snapshot.parts().get(key);
        PartDocument after = (before == null ? documents.unclaimedPart() : before.value()).claimedBy(nodeId, session);
        int sent = tenure;
        try {
            client.transaction()
                    .inBackground((curator, event) -> events.execute(
                            () -> answered(key, after.epoch(), event.getResultCode(), sent, snapshot, session)))
                    .forOperations(writes(key, before, after, snapshot));
        } catch (Exception e) {
            LOG.warn("claim could not be sent topicId={} partition={}", key.topicId(), key.partition(), e);
            events.execute(() -> answered(key, after.epoch(), Code.SYSTEMERROR.intValue(), sent, snapshot, session));
        }
    }

    /** The assignment must be as read: a claim of what the controller has given to another is refused. */
    private List<CuratorOp> writes(
            PartitionKey key, Versioned<PartDocument> before, PartDocument after, Snapshot snapshot) throws Exception {
        int assignmentVersion = snapshot.assignments().get(key.topicId()).version();
        CuratorOp wanted =
                client.transactionOp().check().withVersion(assignmentVersion).forPath(paths.assignment(key.topicId()));
        byte[] document = documents.bytes(after);
        CuratorOp claim = before == null
                ? client.transactionOp().create().forPath(paths.part(key), document)
                : client.transactionOp().setData().withVersion(before.version()).forPath(paths.part(key), document);
        return List.of(wanted, claim);
    }

    private void answered(PartitionKey key, int epoch, int code, int sent, Snapshot snapshot, long session) {
        if (sent != tenure) {
            return;
        }
        inFlight.remove(key);
        if (code == Code.OK.intValue()) {
            answer.claimed(key, epoch);
        } else {
            LOG.debug("claim refused topicId={} partition={} code={}", key.topicId(), key.partition(), Code.get(code));
            answer.refused(key);
        }
        pump(snapshot, session);
    }
}
