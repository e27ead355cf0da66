package io.barnabas.group;

import io.barnabas.group.GroupCoordinator.MemberListener;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who listens for which member of one shard, and what they have still to hear: one bounded queue a listener, worked off
 * on the executor for notices. Confined to the shard's queue.
 */
final class MemberListeners {
    private static final Logger LOG = LoggerFactory.getLogger(MemberListeners.class);

    /** A listener that is so far behind does not take notices at all; a rebalance makes two. */
    private static final int MAX_WAITING_NOTICES = 1_000;

    private final Executor executor;
    private final Map<Key, Line> lines = new HashMap<>();

    MemberListeners(Executor executor) {
        this.executor = executor;
    }

    private record Key(String group, String memberId) {}

    private record Line(MemberListener listener, SerialQueue queue) {}

    /** From now on {@code listener} hears what concerns the member; who did before hears that it does not any more. */
    void attach(String group, String memberId, MemberListener listener) {
        SerialQueue queue = new SerialQueue(executor, MAX_WAITING_NOTICES, "member '" + memberId + "'");
        Line before = lines.put(new Key(group, memberId), new Line(listener, queue));
        if (before != null && before.listener() != listener) {
            String reason = "the member joined again from elsewhere";
            tell(before, new Notice.Removed(group, memberId, ErrorCode.ILLEGAL_STATE, reason));
        }
    }

    /** Passes the notice on; false when the member does not take its notices and must go. */
    boolean tell(Notice notice) {
        Key key = new Key(notice.group(), notice.memberId());
        Line line = notice.last() ? lines.remove(key) : lines.get(key);
        return line == null || tell(line, notice);
    }

    /** Nobody is told anything any more, after this. */
    void removeAll(ErrorCode code, String reason) {
        for (Key key : List.copyOf(lines.keySet())) {
            tell(new Notice.Removed(key.group(), key.memberId(), code, reason));
        }
    }

    private static boolean tell(Line line, Notice notice) {
        try {
            line.queue().offer(() -> notice.tell(line.listener()));
            return true;
        } catch (BarnabasException e) {
            if (e.code() != ErrorCode.OVERLOADED) {
                LOG.debug("Notice dropped, the node goes down group={} member={}", notice.group(), notice.memberId());
                return true;
            }
            LOG.warn("Member does not take its notices group={} member={}", notice.group(), notice.memberId());
            return false;
        }
    }
}
