package io.barnabas.broker.peer;

import static java.util.Objects.requireNonNull;

import io.barnabas.log.PartitionLog;
import io.barnabas.log.PartitionLog.Registration;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which nodes want to hear about which partitions of this one; a watch ends with its session at the latest. Thread-safe:
 * one lock, for the map; logs and news are called outside of it.
 */
final class Watches implements PeerNews.Listener {
    private final PeerNews news;

    /** Guarded by itself: for each node its session, and the registrations of that. */
    private final Map<Integer, Watching> nodes = new HashMap<>();

    Watches(PeerNews news) {
        this.news = requireNonNull(news, "news");
        news.listen(PeerNews.Subject.HIGH_WATERMARK, this);
    }

    /** Tells the node from now on; {@code ILLEGAL_STATE} when it does not take news under this session. */
    void begin(int node, long session, long watch, PartitionLog log) {
        Registration registration = log.onHighWatermark(highWatermark ->
                news.tellLatest(node, session, PeerNews.Subject.HIGH_WATERMARK, watch, message(watch, highWatermark)));
        Registration replaced;
        synchronized (nodes) {
            Watching watching = nodes.get(node);
            boolean here = watching != null && watching.session == session;
            replaced = here ? watching.registrations.put(watch, registration) : registration;
            if (here && replaced == null) {
                return;
            }
        }
        replaced.close();
        if (replaced == registration) {
            throw new BarnabasException(ErrorCode.ILLEGAL_STATE, "session " + session + " of the news is over");
        }
    }

    private static ByteBuffer message(long watch, long highWatermark) {
        return ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(watch)
                .putLong(highWatermark)
                .flip();
    }

    void end(int node, long session, long watch) {
        Registration registration;
        synchronized (nodes) {
            Watching watching = nodes.get(node);
            registration =
                    watching != null && watching.session == session ? watching.registrations.remove(watch) : null;
        }
        if (registration != null) {
            registration.close();
        }
    }

    @Override
    public void began(int nodeId, long session) {
        Watching before;
        synchronized (nodes) {
            before = nodes.put(nodeId, new Watching(session));
        }
        close(before);
    }

    @Override
    public void ended(int nodeId, long session) {
        Watching over = null;
        synchronized (nodes) {
            if (nodes.containsKey(nodeId) && nodes.get(nodeId).session == session) {
                over = nodes.remove(nodeId);
            }
        }
        close(over);
    }

    private static void close(Watching over) {
        if (over != null) {
            List.copyOf(over.registrations.values()).forEach(Registration::close);
        }
    }

    /** One node's watches in one session. */
    private static final class Watching {
        private final long session;
        private final Map<Long, Registration> registrations = new HashMap<>();

        Watching(long session) {
            this.session = session;
        }
    }
}
