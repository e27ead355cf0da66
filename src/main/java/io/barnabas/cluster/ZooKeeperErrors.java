package io.barnabas.cluster;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import org.apache.zookeeper.KeeperException;

/** Turns what Curator throws into what a caller of the cluster may see. */
final class ZooKeeperErrors {
    private ZooKeeperErrors() {}

    static BarnabasException of(String doing, Exception failure) {
        if (failure instanceof BarnabasException known) {
            return known;
        }
        if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
            return new BarnabasException(ErrorCode.ZOOKEEPER_UNAVAILABLE, doing + " was interrupted", failure);
        }
        if (failure instanceof KeeperException keeper) {
            return new BarnabasException(
                    ErrorCode.ZOOKEEPER_UNAVAILABLE, doing + " failed: ZooKeeper says " + keeper.code(), failure);
        }
        if (failure instanceof IllegalStateException) {
            return new BarnabasException(
                    ErrorCode.ZOOKEEPER_UNAVAILABLE, doing + " failed: the connection is closed", failure);
        }
        return new BarnabasException(ErrorCode.ZOOKEEPER_UNAVAILABLE, doing + " failed", failure);
    }
}
