package io.barnabas.log;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** A log's segments in order. Changed by the partition's turn only; read by any thread, always one whole state. */
final class Segments {
    /** Immutable; volatile so that readers see a new list as a whole. */
    private volatile List<Segment> all;

    Segments(List<Segment> all) {
        this.all = List.copyOf(all);
    }

    List<Segment> all() {
        return all;
    }

    Segment active() {
        List<Segment> now = all;
        return now.get(now.size() - 1);
    }

    /** The segment whose range holds {@code offset}; the first one for anything before it. */
    Segment floor(long offset) {
        List<Segment> now = all;
        int low = 0;
        int high = now.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (now.get(middle).baseOffset() <= offset) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return now.get(low);
    }

    /** The segment after this one, or null. */
    Segment after(Segment segment) {
        for (Segment each : all) {
            if (each.baseOffset() > segment.baseOffset()) {
                return each;
            }
        }
        return null;
    }

    void add(Segment segment) {
        List<Segment> next = new ArrayList<>(all);
        next.add(segment);
        all = List.copyOf(next);
    }

    /** Takes out what matches, never the active one; answers what was taken out. */
    List<Segment> removeIf(Predicate<Segment> gone) {
        List<Segment> kept = new ArrayList<>();
        List<Segment> removed = new ArrayList<>();
        List<Segment> now = all;
        for (int i = 0; i < now.size(); i++) {
            Segment segment = now.get(i);
            (i < now.size() - 1 && gone.test(segment) ? removed : kept).add(segment);
        }
        all = List.copyOf(kept);
        return removed;
    }

    /** Puts one segment in the place of several that lie side by side; an empty replacement only removes. */
    void replace(List<Segment> old, List<Segment> replacement) {
        List<Segment> next = new ArrayList<>(all);
        int at = next.indexOf(old.get(0));
        next.removeAll(old);
        next.addAll(at, replacement);
        all = List.copyOf(next);
    }

    long sizeBytes() {
        long bytes = 0;
        for (Segment segment : all) {
            bytes += segment.sizeBytes();
        }
        return bytes;
    }
}
