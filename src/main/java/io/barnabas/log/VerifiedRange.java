package io.barnabas.log;

/**
 * The bytes of one segment whose checksums are known to hold: one contiguous range, the one that sequential reading or
 * appending makes longer, so that batches are not summed up again on every read.
 *
 * <p>What it says it covers was verified in this run. Any thread may ask and add; its methods are synchronized because a
 * reader must not see the beginning of one range with the end of another.
 */
final class VerifiedRange {
    private int from;
    private int to;

    synchronized boolean covers(long first, long end) {
        return first >= from && end <= to;
    }

    /** Bytes behind all others: the range goes on to their end, or begins with them. */
    synchronized void follow(long first, long end) {
        if (to != first) {
            from = (int) first;
        }
        to = (int) end;
    }

    /** Bytes anywhere: they make the range longer, or replace it when they are more. */
    synchronized void add(long first, long end) {
        if (first <= to && end >= from) {
            from = (int) Math.min(first, from);
            to = (int) Math.max(end, to);
        } else if (end - first > to - from) {
            from = (int) first;
            to = (int) end;
        }
    }
}
