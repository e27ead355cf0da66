package io.barnabas.cluster;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.ProducerSequence;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes blocks of producer ids from the counter in ZooKeeper by compare and set. A block whose answer is lost is lost:
 * ids are never given twice, but they have gaps. Blocks on ZooKeeper; confined to the work thread.
 */
final class ProducerIdBlocks {
    private static final Logger LOG = LoggerFactory.getLogger(ProducerIdBlocks.class);
    private static final int ATTEMPTS = 16;

    private final CuratorFramework client;
    private final Documents documents;
    private final String path;

    ProducerIdBlocks(CuratorFramework client, ZkPaths paths, Documents documents) {
        this.client = client;
        this.documents = documents;
        this.path = paths.producerIds();
    }

    /** The first of {@code count} ids. */
    long reserve(int count) throws Exception {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                Stat stat = new Stat();
                long next = documents.producerIds(
                        path, client.getData().storingStatIn(stat).forPath(path));
                if (count > 0) {
                    client.setData()
                            .withVersion(stat.getVersion())
                            .forPath(path, documents.producerIds(end(next, count)));
                }
                return next;
            } catch (KeeperException.NoNodeException e) {
                begin();
            } catch (KeeperException.BadVersionException e) {
                LOG.debug("another node took producer ids meanwhile, reading again");
            }
        }
        throw new BarnabasException(ErrorCode.TOO_MANY, "producer ids are being taken by many at the same time");
    }

    private void begin() throws Exception {
        try {
            client.create().forPath(path, documents.producerIds(0));
        } catch (KeeperException.NodeExistsException e) {
            LOG.debug("another node began to count producer ids");
        }
    }

    private static long end(long next, int count) {
        if (next > ProducerSequence.MAX_PRODUCER_ID - count) {
            throw new BarnabasException(ErrorCode.TOO_MANY, "all producer ids have been given out");
        }
        return next + count;
    }
}
