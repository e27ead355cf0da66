package io.barnabas.log;

import static io.barnabas.record.RecordBatch.HEADER_BYTES;

import io.barnabas.log.BatchScan.Head;
import io.barnabas.log.FileCache.RetiredFileException;
import io.barnabas.log.PartitionLog.OffsetAndTimestamp;
import io.barnabas.log.PartitionLog.ReadResult;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordCursor;
import io.barnabas.record.RecordLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongSupplier;

/**
 * Reads a log below its high watermark. Thread-safe; runs beside the writer, on read threads only.
 *
 * <p>Bytes whose checksum was not seen to hold since the log was opened are checked before they are served.
 */
final class LogReader {
    private static final int RETRIES = 5;
    private static final int HINTS = 16;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private final LogId id;
    private final int epoch;
    private final EmbeddedLogSettings settings;
    private final Segments segments;
    private final Durability durability;
    private final DamagedRanges damaged;
    private final LongSupplier logStartOffset;
    private final LogEvents events;

    /** Where recent reads ended, so that a reader that goes on needs no index. */
    private final AtomicReferenceArray<Hint> hints = new AtomicReferenceArray<>(HINTS);

    /** Volatile: changed by the partition's turn. */
    private volatile LogConfig config;

    LogReader(
            LogId id,
            int epoch,
            EmbeddedLogSettings settings,
            Segments segments,
            Durability durability,
            DamagedRanges damaged,
            LongSupplier logStartOffset,
            LogEvents events,
            LogConfig config) {
        this.id = id;
        this.epoch = epoch;
        this.settings = settings;
        this.segments = segments;
        this.durability = durability;
        this.damaged = damaged;
        this.logStartOffset = logStartOffset;
        this.events = events;
        this.config = config;
    }

    private record Hint(Segment segment, long offset, int position) {}

    private record Found(Segment segment, Head head) {}

    void configure(LogConfig next) {
        config = next;
    }

    ReadResult nothing() {
        return new ReadResult(NOTHING, durability.highWatermark(), logStartOffset.getAsLong());
    }

    /**
     * Above the high watermark only what recovery found and nobody sees yet is in range: a consumer that had got so far
     * before the crash waits there and does not start anew.
     *
     * @throws BarnabasException {@code OFFSET_OUT_OF_RANGE}
     */
    void requireInRange(long offset) {
        long start = logStartOffset.getAsLong();
        long end = durability.highWatermark();
        if (offset < start || (offset > end && offset > durability.recoveredEnd())) {
            throw new BarnabasException(
                    ErrorCode.OFFSET_OUT_OF_RANGE,
                    "offset " + offset + " of " + id + " is out of range, readable are " + start + " to " + end);
        }
    }

    ReadResult read(long offset, int maxBytes, ReadMemory memory) {
        return retried("reading " + id + " at offset " + offset, () -> {
            requireInRange(offset);
            long end = durability.highWatermark();
            if (offset >= end) {
                return nothing();
            }
            damaged.requireReadable(offset);
            Found first = find(offset, end);
            ByteBuffer batches = first == null ? NOTHING : load(first.segment, first.head, maxBytes, end, memory);
            events.read(id, batches.remaining());
            return new ReadResult(batches, end, logStartOffset.getAsLong());
        });
    }

    /** The batch that holds {@code offset}, or the next one after a gap; null when that is at the end. */
    private Found find(long offset, long end) throws IOException {
        for (Segment segment = segments.floor(offset); segment != null; segment = segments.after(segment)) {
            Head head = findIn(segment, offset);
            if (head != null) {
                return head.baseOffset() < end ? new Found(segment, head) : null;
            }
        }
        return null;
    }

    private Head findIn(Segment segment, long offset) throws IOException {
        Hint hint = hints.get(slot(offset));
        boolean hinted = hint != null && hint.segment == segment && hint.offset == offset;
        int size = segment.sizeBytes();
        int position = hinted ? hint.position : segment.positionBefore(offset, config.indexIntervalBytes());
        long endOffset = segment.endOffset(); // after the size, so that it is at least the one that belongs to it
        BatchScan scan = new BatchScan(segment.log(), position, size, hinted ? offset : segment.baseOffset(), false)
                .neighbours(endOffset, epoch);
        if (hinted) {
            scan.first();
        }
        while (true) {
            while (scan.next()) {
                if (scan.head().lastOffset() >= offset) {
                    return scan.head();
                }
            }
            if (scan.atEnd()) {
                return null;
            }
            DamagedRanges.Range range = diagnose(segment, scan.endOffset());
            damaged.requireReadable(offset);
            long next = BatchScan.findValid(segment.log(), scan.position(), size, range.endOffset());
            if (next < 0) {
                return null;
            }
            scan = new BatchScan(segment.log(), next, size, range.endOffset(), false).neighbours(endOffset, epoch);
        }
    }

    private static int slot(long offset) {
        return (int) ((offset ^ (offset >>> 7)) & (HINTS - 1));
    }

    /** Loads whole, valid batches from {@code first} on. */
    private ByteBuffer load(Segment segment, Head first, int maxBytes, long end, ReadMemory memory) throws IOException {
        long left = segment.sizeBytes() - first.position();
        int wanted = Math.max(first.sizeInBytes(), Math.min(maxBytes, settings.readBytes()));
        ByteBuffer batches = memory.take((int) Math.min(wanted, left));
        segment.log().read(batches, first.position());
        batches.flip();
        int whole = 0;
        long nextOffset = first.baseOffset();
        int lastEpoch = first.epoch();
        boolean verified =
                !settings.verifyEveryRead() && segment.verified(first.position(), first.position() + batches.limit());
        while (batches.limit() - whole >= HEADER_BYTES) {
            int size = RecordBatch.sizeAt(batches, whole);
            if (size >= HEADER_BYTES && size > batches.limit() - whole && whole > 0) {
                break;
            }
            RecordBatch batch = valid(batches, whole, size, nextOffset, verified);
            boolean changes = batch != null && (batch.baseOffset() != nextOffset || batch.leaderEpoch() != lastEpoch);
            if (changes && whole > 0 && !inPlace(batches, whole, batch, nextOffset, lastEpoch)) {
                break; // the read that begins here finds out more
            }
            if (batch == null) {
                DamagedRanges.Range range = diagnose(segment, nextOffset);
                if (whole == 0) {
                    throw damaged.corrupt(range);
                }
                break;
            }
            if (batch.baseOffset() >= end) {
                break;
            }
            nextOffset = batch.endOffset();
            lastEpoch = batch.leaderEpoch();
            whole += size;
        }
        segment.markVerified(first.position(), first.position() + whole);
        int position = (int) first.position() + whole;
        hints.set(slot(nextOffset), new Hint(segment, nextOffset, position));
        return batches.limit(whole).asReadOnlyBuffer();
    }

    /** False also when the neighbour that would tell was not read. */
    private boolean inPlace(ByteBuffer batches, int at, RecordBatch batch, long offsetBefore, int epochBefore) {
        int next = at + batch.sizeInBytes();
        return batches.limit() - next >= HEADER_BYTES
                && BatchScan.inPlace(
                        batch.baseOffset(),
                        batch.lastOffset(),
                        batch.leaderEpoch(),
                        offsetBefore,
                        epochBefore,
                        batches.getLong(next + RecordBatch.BASE_OFFSET_AT),
                        batches.getInt(next + RecordBatch.LEADER_EPOCH_AT),
                        epoch);
    }

    private static RecordBatch valid(ByteBuffer batches, int at, int size, long leastOffset, boolean verified) {
        if (size < HEADER_BYTES
                || size > batches.limit() - at
                || batches.get(at + RecordBatch.MAGIC_AT) != RecordBatch.MAGIC) {
            return null;
        }
        RecordBatch batch = RecordBatch.at(batches.slice(at, size));
        boolean plausible = batch.baseOffset() >= leastOffset && batch.lastOffsetDelta() >= 0;
        return plausible && (verified || batch.crcValid()) ? batch : null;
    }

    /** Finds out which offsets the damage takes that begins at or before {@code offset}; notes and answers it. */
    private DamagedRanges.Range diagnose(Segment segment, long offset) throws IOException {
        int size = segment.sizeBytes();
        long least = segment.baseOffset();
        long position = offset <= least ? 0 : segment.positionBefore(offset - 1, config.indexIntervalBytes());
        while (position >= 0) {
            BatchScan scan =
                    new BatchScan(segment.log(), position, size, least, true).neighbours(segment.endOffset(), epoch);
            boolean more = true;
            while (more) {
                more = scan.next();
            }
            if (scan.atEnd()) {
                break;
            }
            position = BatchScan.findValid(segment.log(), scan.position(), size, scan.endOffset());
            least = position < 0 ? segment.endOffset() : baseOffsetAt(segment, position, size);
            DamagedRanges.Range range = damaged.add(scan.endOffset(), least);
            if (range.endOffset() > offset) {
                return range;
            }
        }
        throw new IOException("bytes of " + id + " changed between two reads");
    }

    private static long baseOffsetAt(Segment segment, long position, int size) throws IOException {
        BatchScan scan = new BatchScan(segment.log(), position, size, segment.baseOffset(), false);
        scan.next();
        return scan.head().baseOffset();
    }

    /** The first record at or after a time, below the high watermark. */
    Optional<OffsetAndTimestamp> offsetForTimestamp(long timestamp) {
        return retried("looking for a time in " + id, () -> {
            long start = logStartOffset.getAsLong();
            long end = durability.highWatermark();
            for (Segment segment : segments.all()) {
                if (segment.baseOffset() >= end) {
                    break;
                }
                if (segment.endOffset() <= start || segment.maxTimestamp(config.indexIntervalBytes()) < timestamp) {
                    continue;
                }
                Optional<OffsetAndTimestamp> found = searchTime(segment, timestamp, start, end);
                if (found.isPresent()) {
                    return found;
                }
            }
            return Optional.empty();
        });
    }

    private Optional<OffsetAndTimestamp> searchTime(Segment segment, long timestamp, long start, long end)
            throws IOException {
        int size = segment.sizeBytes();
        long position = segment.positionBeforeTime(timestamp, config.indexIntervalBytes());
        long least = segment.baseOffset();
        while (position >= 0) {
            BatchScan scan =
                    new BatchScan(segment.log(), position, size, least, true).neighbours(segment.endOffset(), epoch);
            while (scan.next() && scan.head().baseOffset() < end) {
                if (scan.head().maxTimestamp() < timestamp || scan.head().lastOffset() < start) {
                    continue;
                }
                RecordCursor records = scan.batch().records(RecordLimits.DEFAULT);
                while (records.next()) {
                    if (records.offset() >= start && records.timestamp() >= timestamp) {
                        return Optional.of(new OffsetAndTimestamp(records.offset(), records.timestamp()));
                    }
                }
            }
            if (scan.atEnd() || (scan.head() != null && scan.head().endOffset() >= end)) {
                return Optional.empty();
            }
            least = scan.endOffset();
            position = BatchScan.findValid(segment.log(), scan.position(), size, least);
        }
        return Optional.empty();
    }

    private interface Work<T> {
        T run() throws IOException;
    }

    /** A segment may be deleted or replaced under a reader; then it looks again. */
    private static <T> T retried(String what, Work<T> work) {
        IOException last = null;
        for (int i = 0; i < RETRIES; i++) {
            try {
                return work.run();
            } catch (RetiredFileException e) {
                last = e;
            } catch (IOException e) {
                throw IoFailure.of(what, e);
            }
        }
        throw IoFailure.of(what, last);
    }
}
