package io.barnabas;

import io.barnabas.cluster.Cluster;
import io.barnabas.log.EngineStatus;
import io.barnabas.log.StorageReach;
import java.util.List;
import java.util.Optional;

/** What health tells about a node. Thread-safe; nothing here blocks, does I/O or throws. */
public interface NodeState {
    Parts.Phase phase();

    /** Whether the server lets requests through to the node; it does so a moment after the node serves. */
    boolean answering();

    /** Whether the node hands its work over to others before it goes. */
    boolean draining();

    Cluster.Session zookeeper();

    EngineStatus engine();

    /** Whether the engine reaches the storage that nodes share. */
    StorageReach storage();

    /** Partitions that this node owns by the cluster's word. */
    int partitionsOwned();

    /** Those of them that are recovered and served. */
    int partitionsOpen();

    /** Those of them that could not be opened: they are offline, the others are served. */
    List<String> partitionsFailed();

    /** What has stood still for so long that only a restart helps; absent when all goes on. For the operator. */
    Optional<String> stuck();
}
