package io.barnabas.log.bookkeeper;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Where in one ledger offsets and times are: some of its entries. It grows while the ledger is written, is read from
 * the footer of one that was ended well, and otherwise learns from what was read.
 *
 * <p>Thread-safe. Entries, offsets and maximum timestamps all rise together.
 */
final class LedgerIndex {
    private static final int POINTS_MOST = 20_000;
    private static final int POINT_BYTES = 3 * Long.BYTES;

    /** The first entry of a ledger is its header. */
    static final long FIRST_ENTRY = 0;

    private final ConcurrentSkipListMap<Long, Point> byOffset = new ConcurrentSkipListMap<>();

    /** Whether the footer was looked for. Volatile: set by whoever has read it. */
    private volatile boolean complete;

    /**
     * An entry with which batches begin.
     *
     * @param maxTimestamp the newest in the ledger up to and with this entry
     */
    record Point(long entryId, long baseOffset, long maxTimestamp) {}

    boolean complete() {
        return complete;
    }

    void completed() {
        complete = true;
    }

    void add(Point point) {
        if (byOffset.size() < POINTS_MOST) {
            byOffset.merge(
                    point.baseOffset(), point, (known, other) -> known.entryId() <= other.entryId() ? known : other);
        }
    }

    /** The last known entry that begins at or before the offset, or null. */
    Point floor(long offset) {
        Map.Entry<Long, Point> found = byOffset.floorEntry(offset);
        return found == null ? null : found.getValue();
    }

    /** The first known entry that begins after the offset, or null. */
    Point higher(long offset) {
        Map.Entry<Long, Point> found = byOffset.higherEntry(offset);
        return found == null ? null : found.getValue();
    }

    /** The last known entry up to which everything is older than {@code timestamp}, or null. */
    Point lastOlderThan(long timestamp) {
        Point last = null;
        for (Point point : byOffset.values()) {
            if (point.maxTimestamp() >= timestamp) {
                break;
            }
            last = point;
        }
        return last;
    }

    /** The first known entry up to which something is as new as {@code timestamp}, or null. */
    Point firstAsNewAs(long timestamp) {
        for (Point point : byOffset.values()) {
            if (point.maxTimestamp() >= timestamp) {
                return point;
            }
        }
        return null;
    }

    /** For a footer: as many points as fit, evenly thinned out. */
    ByteBuffer bytes(int mostBytes) {
        List<Point> points = new ArrayList<>(byOffset.values());
        int step = 1 + points.size() * POINT_BYTES / Math.max(POINT_BYTES, mostBytes);
        ByteBuffer out = ByteBuffer.allocate((points.size() + step - 1) / step * POINT_BYTES);
        for (int i = 0; i < points.size(); i += step) {
            Point point = points.get(i);
            out.putLong(point.entryId()).putLong(point.baseOffset()).putLong(point.maxTimestamp());
        }
        return out.flip();
    }

    void read(ByteBuffer footer) {
        if (footer.remaining() % POINT_BYTES != 0) {
            throw new BarnabasException(ErrorCode.CORRUPT_DATA, "the index of a ledger is cut");
        }
        while (footer.hasRemaining()) {
            add(new Point(footer.getLong(), footer.getLong(), footer.getLong()));
        }
    }
}
