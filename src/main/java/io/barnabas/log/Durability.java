package io.barnabas.log;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * How far one log is written, durable and visible, and who waits for what. Pure bookkeeping, no I/O.
 *
 * <pre>
 *   durable &lt;= written;   highWatermark = base of the first batch that waits to be durable, else written
 * </pre>
 *
 * <p>What recovery found behind the durable offset is not shown before it is durable: another crash might take it away
 * from under who has read it.
 *
 * <p>Thread-safe by one lock, because the writer, the commit thread and the checkpointer meet here; nothing is called
 * while it is held.
 */
final class Durability {
    private final Deque<Written> undurable = new ArrayDeque<>();
    private final Deque<Waiter> waiters = new ArrayDeque<>();
    private final List<Waiter> repeats = new ArrayList<>();
    private long written;
    private long durable;

    /** Where the log ended when it was opened. */
    private final long recoveredEnd;

    /** Set when waiting appends were given up: what they wrote never becomes visible. */
    private long stuckAt = Long.MAX_VALUE;

    /** Published for readers; written under the lock. */
    private volatile long highWatermark;

    /**
     * @param durable everything below is on disk
     * @param end of what the files hold
     * @param recovered what lies between, in order
     */
    Durability(long durable, long end, List<Written> recovered) {
        this.written = end;
        this.durable = durable;
        this.recoveredEnd = end;
        this.highWatermark = durable;
        undurable.addAll(recovered);
    }

    /**
     * Bytes in a segment that are not known to be on disk.
     *
     * @param bytes their copy in memory, or null when they must be read from the segment
     */
    record Written(Segment segment, int position, int sizeInBytes, long baseOffset, long endOffset, ByteBuffer bytes) {}

    /** Somebody who is told when everything below {@code endOffset} is durable. */
    record Waiter(long baseOffset, long endOffset, Append append) {}

    long highWatermark() {
        return highWatermark;
    }

    synchronized long durable() {
        return durable;
    }

    /** Offsets up to here were given out in an earlier run, even while they lie above the high watermark. */
    long recoveredEnd() {
        return recoveredEnd;
    }

    /** A batch group is in its segment; {@code waiter} is null when nobody waits for the disk. */
    synchronized void written(Written range, Waiter waiter) {
        written = range.endOffset;
        Written last = undurable.peekLast();
        if (waiter == null && last != null && last.bytes == null && follows(last, range)) {
            undurable.pollLast();
            undurable.add(new Written(
                    last.segment,
                    last.position,
                    last.sizeInBytes + range.sizeInBytes,
                    last.baseOffset,
                    range.endOffset,
                    null));
        } else {
            undurable.add(range);
        }
        if (waiter != null) {
            waiters.add(waiter);
        }
        publish();
    }

    private static boolean follows(Written last, Written next) {
        return last.segment == next.segment && last.position + last.sizeInBytes == next.position;
    }

    /** A repeat of an earlier append waits until that one is durable; true when it already is. */
    synchronized boolean repeated(Waiter waiter) {
        if (waiter.endOffset <= durable) {
            return true;
        }
        repeats.add(waiter);
        return false;
    }

    /** What must reach the disk so that everything below {@code endOffset} is durable; in order of offsets. */
    synchronized List<Written> undurableBelow(long endOffset) {
        List<Written> found = new ArrayList<>();
        for (Written range : undurable) {
            if (range.baseOffset < endOffset && range.endOffset > durable) {
                found.add(range);
            }
        }
        return found;
    }

    /** Everything below {@code endOffset} is on disk; answers who waited for it. */
    synchronized List<Waiter> durable(long endOffset) {
        durable = Math.max(durable, endOffset);
        while (!undurable.isEmpty() && undurable.peekFirst().endOffset <= durable) {
            undurable.pollFirst();
        }
        List<Waiter> done = new ArrayList<>();
        while (!waiters.isEmpty() && waiters.peekFirst().endOffset <= durable) {
            done.add(waiters.pollFirst());
        }
        for (Iterator<Waiter> each = repeats.iterator(); each.hasNext(); ) {
            Waiter repeat = each.next();
            if (repeat.endOffset <= durable) {
                each.remove();
                done.add(repeat);
            }
        }
        publish();
        return done;
    }

    /** Nobody waits any more; what they wrote stays invisible. */
    synchronized List<Waiter> giveUp() {
        List<Waiter> all = new ArrayList<>(waiters);
        if (!waiters.isEmpty()) {
            stuckAt = Math.min(stuckAt, waiters.peekFirst().baseOffset);
        }
        all.addAll(repeats);
        waiters.clear();
        repeats.clear();
        publish();
        return all;
    }

    private void publish() {
        long visible = waiters.isEmpty() ? written : waiters.peekFirst().baseOffset;
        if (durable < recoveredEnd) {
            visible = Math.min(visible, durable);
        }
        highWatermark = Math.max(highWatermark, Math.min(visible, stuckAt));
    }
}
