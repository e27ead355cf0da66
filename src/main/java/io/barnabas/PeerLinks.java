package io.barnabas;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.barnabas.broker.ClientEvents;
import io.barnabas.broker.peer.HttpPeerCalls;
import io.barnabas.broker.peer.LongPollNews;
import io.barnabas.broker.peer.PeerCredential;
import io.barnabas.broker.peer.PeerDesk;
import io.barnabas.broker.peer.RemoteLogs;
import io.barnabas.cluster.Cluster;
import io.barnabas.metrics.NodeMetrics;
import io.barnabas.rest.PeerDoor;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What nodes ask each other through; used from the first view on, so it is there before the cluster starts.
 *
 * @param desk answers the others
 * @param door where their calls come in
 * @param calls to the others
 * @param news of the others
 * @param logs of partitions that others own
 */
record PeerLinks(PeerDesk desk, PeerDoor door, HttpPeerCalls calls, LongPollNews news, RemoteLogs logs)
        implements AutoCloseable {
    static PeerLinks open(
            BarnabasSettings settings,
            Cluster cluster,
            NodeThreads threads,
            ScheduledExecutorService timer,
            NodeMetrics metrics,
            ClientEvents refusals) {
        PeerCredential credential =
                new PeerCredential(() -> cluster.secret().text().getBytes(UTF_8), () -> cluster.view()
                        .clusterId());
        Executor peers = threads.pool("peer", 4);
        PeerDesk desk = new PeerDesk(credential, cluster::view, settings.peer());
        PeerDoor door =
                new PeerDoor(desk, threads.pool("peer-answer", settings.peer().threads()), refusals);
        HttpPeerCalls calls = new HttpPeerCalls(
                cluster::view, credential, settings.peer(), timer, peers, System::nanoTime, metrics.peers());
        LongPollNews news =
                new LongPollNews(calls, desk, settings.peer(), timer, peers, System::nanoTime, () -> UUID.randomUUID()
                        .getMostSignificantBits());
        return new PeerLinks(desk, door, calls, news, new RemoteLogs(calls, news, settings.peer(), timer));
    }

    @Override
    public void close() {
        news.close();
        logs.close();
    }
}
