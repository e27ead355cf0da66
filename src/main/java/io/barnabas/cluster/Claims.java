package io.barnabas.cluster;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.barnabas.cluster.Snapshot.Versioned;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.zookeeper.KeeperException.Code;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims the partitions that {@link Holdings} says are for this node to take, by compare and set, several in parallel,
 * without blocking. Confined to the event thread, on which the answers come back too.
 */
final class Claims {
    private static final Logger LOG = LoggerFactory.getLogger(Claims.class);
    private static final long RETRY_MS = 250;

    private final CuratorFramework client;
    private final ZkPaths paths;
    private final Documents documents;
    private final ClusterThreads threads;
    private final Holdings holdings;
    private final LongSupplier nanoTime;
    private final Runnable changed;
    private final int nodeId;
    private final int parallel;
    private final long handOverWaitMs;
    private final Set<PartitionKey> inFlight = new HashSet<>();
    private Deque<PartitionKey> waiting = new ArrayDeque<>();

    /** Rises when a session ends: answers to claims of an earlier one are dropped. */
    private int tenure;

    /** @param changed asks for a new look at the state; thread-safe */
    Claims(
            CuratorFramework client,
            ZkPaths paths,
            Documents documents,
            ClusterSettings settings,
            ClusterThreads threads,
            Holdings holdings,
            LongSupplier nanoTime,
            Runnable changed) {
        this.client = client;
        this.paths = paths;
        this.documents = documents;
        this.threads = threads;
        this.holdings = holdings;
        this.nanoTime = nanoTime;
        this.changed = changed;
        this.nodeId = settings.nodeId();
        this.parallel = settings.limits().claimsInFlight();
        this.handOverWaitMs = settings.moves().handOverWaitMs();
    }

    /** Forgets what runs and what waits; used when the session is over. */
    void forget() {
        tenure++;
        inFlight.clear();
        waiting.clear();
    }

    /** Claims what there is to claim, under the given session, in place of what waited before. */
    void claim(Snapshot snapshot, long session) {
        long nowMs = NANOSECONDS.toMillis(nanoTime.getAsLong());
        waiting = holdings.claimable(snapshot, inFlight, nowMs);
        pump(snapshot, session);
        if (holdings.waiting()) {
            threads.later(changed, handOverWaitMs);
        }
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
                    .inBackground((curator, event) -> threads.post(
                            () -> answered(key, after.epoch(), event.getResultCode(), sent, snapshot, session)))
                    .forOperations(writes(key, before, after, snapshot));
        } catch (Exception e) {
            LOG.warn("claim could not be sent topicId={} partition={}", key.topicId(), key.partition(), e);
            threads.post(() -> answered(key, after.epoch(), Code.SYSTEMERROR.intValue(), sent, snapshot, session));
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
            holdings.claimed(key, epoch);
            changed.run();
        } else {
            LOG.debug("claim refused topicId={} partition={} code={}", key.topicId(), key.partition(), Code.get(code));
            threads.later(changed, RETRY_MS); // it lost a race or the connection
        }
        pump(snapshot, session);
    }
}
