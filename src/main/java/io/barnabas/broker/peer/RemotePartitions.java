package io.barnabas.broker.peer;

import io.barnabas.cluster.ClusterView;
import io.barnabas.cluster.Ownership;
import io.barnabas.log.LogId;
import io.barnabas.log.PartitionLog;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.List;

/** The partitions of other nodes. Thread-safe. */
public interface RemotePartitions {
    /** A node that knows no others. */
    RemotePartitions NONE = new RemotePartitions() {
        @Override
        public PartitionLog log(LogId id, Ownership owner) {
            throw new BarnabasException(ErrorCode.NOT_OWNER, "partition " + id + " is with node " + owner.nodeId());
        }

        @Override
        public List<PartitionLog> follow(ClusterView view) {
            return List.of();
        }

        @Override
        public long silentMs(int nodeId) {
            return 0;
        }
    };

    /** The partition as that node owns it; the same object as long as the ownership is the same. */
    PartitionLog log(LogId id, Ownership owner);

    /** Retires the logs whose ownership is over, and answers them. */
    List<PartitionLog> follow(ClusterView view);

    /** How long a node of the cluster has answered nothing; 0 when it answers. */
    long silentMs(int nodeId);
}
