package io.barnabas;

import io.barnabas.cluster.Cluster;
import io.barnabas.log.EngineStatus;
import io.barnabas.log.StorageReach;
import io.barnabas.record.ErrorCode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides what health answers. Started: recovered and registered, once and for all. Ready: takes traffic now. Live: a
 * restart would not help.
 *
 * <pre>
 *   state                                   started   ready   live
 *   recovers, registers itself              no        no      yes
 *   serves, nobody is let through yet       no        no      yes
 *   serves                                  yes       yes     yes
 *   a partition could not be opened         yes       yes     yes    the others are served; data names it
 *   drains, stops                           yes       no      yes
 *   without ZooKeeper                       yes       no      yes    a restart brings it no sooner
 *   nothing can be stored at bookies        yes       no      yes    nodes that can store take its partitions
 *   stores again, for a short while         yes       yes     yes    serves what it has; data says so
 *   disk full                               yes       no      yes    goes on when there is room
 *   read-only, after a failed fsync         yes       no      yes    reads go on; when to restart is the operator's choice
 *   a write or a force never ends           yes       yes     no
 *   the start failed                        no        no      no
 * </pre>
 *
 * <p>A failed fsync does not end the life of a node: a supervisor that restarted it again and again on a broken disk
 * would only take the reads away, too.
 */
final class HealthChecks {
    static final String STARTED = "barnabas-started";
    private static final String NOT_YET_ANSWERING = "wait: the server does not let requests through to the node yet";

    private HealthChecks() {}

    /**
     * @param up whether the check holds
     * @param data why, and what an operator can do about it under {@code advice}; values are String, Long or Boolean
     */
    record Check(String name, boolean up, Map<String, Object> data) {}

    static Check started(NodeState node) {
        Parts.Phase phase = node.phase();
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("phase", phase.name());
        data.put("zookeeper", node.zookeeper().name());
        data.put("partitionsOwned", (long) node.partitionsOwned());
        data.put("partitionsOpen", (long) node.partitionsOpen());
        boolean serves = phase == Parts.Phase.SERVING || phase == Parts.Phase.STOPPING;
        boolean up = serves && node.answering();
        if (phase == Parts.Phase.FAILED) {
            data.put("advice", "the start failed: the server's log says why");
        } else if (!up) {
            data.put("advice", serves ? NOT_YET_ANSWERING : "wait: the node recovers its log and registers itself");
        }
        return new Check(STARTED, up, data);
    }

    static Check ready(NodeState node) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("phase", node.phase().name());
        data.put("draining", node.draining());
        data.put("zookeeper", node.zookeeper().name());
        data.put("engine", engine(node.engine()));
        data.put("storage", node.storage().name());
        data.put("partitionsOwned", (long) node.partitionsOwned());
        data.put("partitionsOpen", (long) node.partitionsOpen());
        List<String> failed = node.partitionsFailed();
        if (!failed.isEmpty()) {
            data.put("partitionsFailed", (long) failed.size());
            data.put("firstPartitionFailed", failed.get(0));
            data.put("advice", "partitions are offline: the server's log says why they could not be opened");
        }
        if (node.storage() == StorageReach.RECOVERING) {
            data.put("advice", "the node stores again and is given partitions when that has held for a while");
        }
        String advice = whyNotReady(node);
        if (advice != null) {
            data.put("advice", advice);
        }
        return new Check("barnabas-ready", advice == null, data);
    }

    static Check live(NodeState node) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("phase", node.phase().name());
        data.put("engine", engine(node.engine()));
        boolean failed = node.phase() == Parts.Phase.FAILED;
        if (failed) {
            data.put("advice", "the start failed: the server's log says why; then restart");
        }
        node.stuck().ifPresent(what -> {
            data.put("stuck", what);
            data.put("advice", "restart the node; what was acknowledged is on disk");
        });
        return new Check("barnabas-live", !failed && node.stuck().isEmpty(), data);
    }

    private static String whyNotReady(NodeState node) {
        if (node.phase() != Parts.Phase.SERVING) {
            return "wait: the node is not serving yet, or not any more";
        }
        if (!node.answering()) {
            return NOT_YET_ANSWERING;
        }
        if (node.draining()) {
            return "the node drains before it goes; send traffic elsewhere";
        }
        if (node.zookeeper() != Cluster.Session.CONNECTED) {
            return "the node does not write without ZooKeeper: check barnabas.zookeeper.connect and the ensemble";
        }
        if (node.engine() instanceof EngineStatus.ReadOnly readOnly) {
            return "the log takes no appends: " + readOnly.reason() + whatToDo(readOnly.code(), node.storage());
        }
        if (node.engine() instanceof EngineStatus.Closed) {
            return "the log is closed";
        }
        if (node.partitionsOpen() + node.partitionsFailed().size() < node.partitionsOwned()) {
            return "wait: partitions are being recovered";
        }
        return null;
    }

    private static String whatToDo(ErrorCode readOnly, StorageReach storage) {
        if (readOnly == ErrorCode.DISK_FULL) {
            return "; make room, or shorten the retention of topics";
        }
        if (readOnly == ErrorCode.NOT_ENOUGH_REPLICAS && storage == StorageReach.IMPAIRED) {
            return "; nodes that can store take its partitions, if there are any: look at the network from this node to "
                    + "the bookies, and at these; it goes on by itself";
        }
        if (readOnly == ErrorCode.NOT_ENOUGH_REPLICAS) {
            return "; look at the bookies and the network to them, the node goes on by itself";
        }
        return "; look at the disk, then restart the node";
    }

    private static String engine(EngineStatus status) {
        if (status instanceof EngineStatus.ReadOnly readOnly) {
            return "READ_ONLY: " + readOnly.reason();
        }
        return status instanceof EngineStatus.Writable ? "WRITABLE" : "CLOSED";
    }
}
