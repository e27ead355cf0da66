package io.barnabas.log;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Offsets of one log that were durable once and cannot be read any more. They are refused, never skipped in silence; the
 * bytes stay where they are.
 *
 * <p>Kept in the partition's folder in {@code damaged-offsets}, one line {@code {from, inclusive} {end, exclusive}} a
 * range. An operator who accepts the loss stops the node and removes the line. Thread-safe.
 */
final class DamagedRanges {
    private static final Logger LOG = LoggerFactory.getLogger(DamagedRanges.class);
    private static final int FILE_BYTES_MOST = 1 << 20;
    private static final int RANGES_MOST = 10_000;

    private final LogFiles files;
    private final Path file;
    private final LogId id;
    private final LogEvents events;

    /** Immutable; volatile because every read looks at it. */
    private volatile List<Range> ranges;

    private DamagedRanges(LogFiles files, Path file, LogId id, LogEvents events, List<Range> ranges) {
        this.files = files;
        this.file = file;
        this.id = id;
        this.events = events;
        this.ranges = ranges;
    }

    /** From inclusive, end exclusive. */
    record Range(long fromOffset, long endOffset) {}

    static DamagedRanges load(LogFiles files, Path folder, LogId id, LogEvents events) throws IOException {
        Path file = folder.resolve("damaged-offsets");
        List<Range> ranges = new ArrayList<>();
        if (files.exists(file)) {
            for (String line : PartitionFolder.readText(files, file, FILE_BYTES_MOST)
                    .lines()
                    .toList()) {
                String[] part = line.trim().split(" +", -1);
                if (part.length == 2) {
                    ranges.add(new Range(Long.parseLong(part[0]), Long.parseLong(part[1])));
                }
            }
        }
        return new DamagedRanges(files, file, id, events, List.copyOf(ranges));
    }

    List<Range> all() {
        return ranges;
    }

    /** @throws BarnabasException {@code CORRUPT_DATA} when the offset lies in a damaged range */
    void requireReadable(long offset) {
        for (Range range : ranges) {
            if (offset >= range.fromOffset && offset < range.endOffset) {
                throw corrupt(range);
            }
        }
    }

    BarnabasException corrupt(Range range) {
        return new BarnabasException(
                ErrorCode.CORRUPT_DATA,
                "offsets " + range.fromOffset + " to " + (range.endOffset - 1) + " of " + id
                        + " are damaged on disk; the next offset that can be read is " + range.endOffset);
    }

    /** Notes a range and reports it, once. */
    Range add(long fromOffset, long endOffset) {
        Range range = new Range(fromOffset, endOffset);
        synchronized (this) {
            if (ranges.contains(range) || ranges.size() >= RANGES_MOST) {
                return range;
            }
            List<Range> next = new ArrayList<>(ranges);
            next.add(range);
            ranges = List.copyOf(next);
            save(next);
        }
        LOG.error(
                "Damage on disk: these records cannot be read topic={} partition={} offset={} endOffset={}",
                id.partition().topic(),
                id.partition().partition(),
                fromOffset,
                endOffset);
        events.damaged(id, fromOffset, endOffset);
        return range;
    }

    private void save(List<Range> next) {
        StringBuilder text = new StringBuilder();
        next.forEach(range -> text.append(range.fromOffset)
                .append(' ')
                .append(range.endOffset)
                .append('\n'));
        try {
            PartitionFolder.writeText(files, file, text.toString());
        } catch (IOException e) {
            // Found again by the checksum when it is read after a restart.
            LOG.warn("Damaged offsets could not be noted file={}", file, e);
        }
    }
}
