package io.barnabas.broker.peer;

import io.barnabas.broker.peer.PeerNews.Subject;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What one node has to tell another in one session: messages in order, numbered from 1, kept until the other node says
 * that it took them. Decides, does nothing; not thread-safe.
 *
 * <pre>
 *   taken | told, not known to be taken | waiting
 *         ^ acknowledged                ^ told
 * </pre>
 *
 * <p>A message that is still waiting is replaced by a later one of the same subject and key; one that was told already
 * is not, because it may have arrived. Beyond its bounds the mailbox is full: it takes nothing more and the session must
 * end.
 */
final class Mailbox {
    private final int maxMessages;
    private final int maxBytes;
    private final Deque<Entry> entries = new ArrayDeque<>();

    /** What can still be replaced, by subject and key. */
    private final Map<Key, Entry> replaceable = new HashMap<>();

    private long lastNumber;
    private long bytes;
    private boolean full;

    Mailbox(int maxMessages, int maxBytes) {
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
    }

    /** Adds a message; false when there is no room, now and from now on. */
    boolean add(Subject subject, ByteBuffer message) {
        return put(subject, message) != null;
    }

    /** Adds a message or replaces the one of this key that has not been told; false as {@link #add}. */
    boolean addLatest(Subject subject, long key, ByteBuffer message) {
        Key place = new Key(subject, key);
        Entry waiting = full ? null : replaceable.get(place);
        if (waiting != null) {
            bytes += message.remaining() - waiting.message.remaining();
            waiting.message = message;
            return true;
        }
        Entry added = put(subject, message);
        if (added != null) {
            added.key = place;
            replaceable.put(place, added);
        }
        return added != null;
    }

    private Entry put(Subject subject, ByteBuffer message) {
        int weight = weight(message);
        if (full || entries.size() == maxMessages || bytes + weight > maxBytes) {
            full = true;
            return null;
        }
        Entry entry = new Entry(++lastNumber, subject, message);
        entries.addLast(entry);
        bytes += weight;
        return entry;
    }

    /** The other node took everything up to this number. */
    void taken(long number) {
        while (!entries.isEmpty() && entries.peekFirst().number <= number) {
            Entry gone = entries.removeFirst();
            bytes -= weight(gone.message);
            settle(gone);
        }
    }

    /**
     * What to tell now: everything that is not known to be taken, from the first on, as much as fits (one message
     * always does).
     */
    Optional<NewsAnswer> next(long session, int maxAnswerBytes) {
        if (entries.isEmpty()) {
            return Optional.empty();
        }
        NewsAnswer.Builder answer = new NewsAnswer.Builder(session, entries.peekFirst().number);
        for (Entry entry : entries) {
            if (!answer.isEmpty() && answer.bytes() + weight(entry.message) > maxAnswerBytes) {
                break;
            }
            answer.add(entry.subject, entry.message);
            settle(entry);
        }
        return Optional.of(answer.build());
    }

    /** It cannot be replaced any more. */
    private void settle(Entry entry) {
        if (entry.key != null) {
            replaceable.remove(entry.key, entry);
            entry.key = null;
        }
    }

    private static int weight(ByteBuffer message) {
        return message.remaining() + NewsAnswer.MESSAGE_HEAD_BYTES;
    }

    private record Key(Subject subject, long key) {}

    private static final class Entry {
        private final long number;
        private final Subject subject;
        private ByteBuffer message;

        /** Null when it cannot be replaced. */
        private Key key;

        Entry(long number, Subject subject, ByteBuffer message) {
            this.number = number;
            this.subject = subject;
            this.message = message;
        }
    }
}
