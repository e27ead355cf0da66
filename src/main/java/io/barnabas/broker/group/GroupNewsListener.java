package io.barnabas.broker.group;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.peer.PeerNews;
import java.nio.ByteBuffer;

/** Both ends of the news about groups: what other nodes tell members here, and who is told from here. */
final class GroupNewsListener implements PeerNews.Listener {
    private final Residents residents;
    private final Distants distants;

    GroupNewsListener(Residents residents, Distants distants) {
        this.residents = requireNonNull(residents, "residents");
        this.distants = requireNonNull(distants, "distants");
    }

    @Override
    public void opened(int fromNode, long session) {
        residents.opened(fromNode, session);
    }

    @Override
    public void news(int fromNode, ByteBuffer message) {
        residents.news(fromNode, message);
    }

    @Override
    public void broken(int fromNode) {
        residents.broken(fromNode);
    }

    @Override
    public void began(int nodeId, long session) {
        distants.began(nodeId, session);
    }

    @Override
    public void ended(int nodeId, long session) {
        distants.ended(nodeId, session);
    }
}
