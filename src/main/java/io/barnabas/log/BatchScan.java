package io.barnabas.log;

import static io.barnabas.record.RecordBatch.HEADER_BYTES;

import io.barnabas.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Walks batch by batch through a part of a segment's file, through one window of memory. Confined to one thread.
 *
 * <p>Looking at heads alone trusts them as far as they are plausible (size, magic, order of offsets); {@code checksums}
 * trusts nothing.
 */
final class BatchScan {
    private static final int WINDOW_BYTES = 64 << 10;
    private static final int FIRST_BYTES = 256;

    private final CachedFile file;
    private final long end;
    private final boolean checksums;
    private int windowBytes = WINDOW_BYTES;
    private ByteBuffer window = ByteBuffer.allocate(0);
    private long windowAt;
    private long position;
    private long leastOffset;
    private Head head;

    /** The offset that belongs to {@code end}; -1 while heads are not compared with their neighbours. */
    private long offsetAtEnd = -1;

    private int epochMost;
    private int lastEpoch;

    /**
     * @param position where the first batch starts
     * @param end exclusive end of what is looked at
     * @param leastOffset that the first batch may have
     */
    BatchScan(CachedFile file, long position, long end, long leastOffset, boolean checksums) {
        this.file = file;
        this.position = position;
        this.end = end;
        this.leastOffset = leastOffset;
        this.checksums = checksums;
    }

    /** The same with checksums, through a window that the caller has and uses for one scan at a time. */
    BatchScan(CachedFile file, long position, long end, long leastOffset, ByteBuffer window) {
        this(file, position, end, leastOffset, true);
        this.window = window.duplicate().clear().limit(0);
    }

    /**
     * Also notices a damaged base offset or epoch, which no checksum covers: a batch that does not begin where the one
     * before ended, while the next one begins where it would end if it did; an epoch that is not between those of its
     * neighbours. Gaps as compaction leaves them are none of both. Of the first batch looked at an epoch that is too low
     * is not noticed; nothing is decided by it.
     *
     * @param endOffset the offset that belongs to the end of what is looked at, exclusive
     * @param epoch the newest that the log has seen
     */
    BatchScan neighbours(long endOffset, int epoch) {
        offsetAtEnd = endOffset;
        epochMost = epoch;
        return this;
    }

    /** For who wants the first head and no more: reads little beside it. */
    BatchScan first() {
        windowBytes = FIRST_BYTES;
        return this;
    }

    /** What a batch's head says. */
    record Head(
            long position,
            int sizeInBytes,
            long baseOffset,
            long lastOffset,
            int epoch,
            long baseTimestamp,
            long maxTimestamp,
            long producerId,
            short producerEpoch,
            int baseSequence,
            int lastSequence) {
        long endOffset() {
            return lastOffset + 1;
        }

        long endPosition() {
            return position + sizeInBytes;
        }
    }

    /** Steps to the next batch; false at the end or at something that is no valid batch: see {@link #atEnd}. */
    boolean next() throws IOException {
        if (end - position < HEADER_BYTES || !load(HEADER_BYTES)) {
            return false;
        }
        int at = (int) (position - windowAt);
        int size = RecordBatch.sizeAt(window, at);
        if (size < HEADER_BYTES
                || size > end - position
                || window.get(at + RecordBatch.MAGIC_AT) != RecordBatch.MAGIC) {
            return false;
        }
        if (checksums && (!load(size) || !batch(size).crcValid())) {
            return false;
        }
        Head found = readHead((int) (position - windowAt), size);
        if (found.baseOffset < leastOffset || found.lastOffset < found.baseOffset) {
            return false;
        }
        if (offsetAtEnd >= 0 && !fits(found)) {
            return false;
        }
        lastEpoch = found.epoch;
        head = found;
        position += size;
        leastOffset = found.endOffset();
        return true;
    }

    private boolean fits(Head found) throws IOException {
        if (found.lastOffset >= offsetAtEnd) {
            return false;
        }
        if (found.baseOffset == leastOffset && found.epoch == lastEpoch) {
            return true;
        }
        long followingOffset = offsetAtEnd;
        int followingEpoch = epochMost;
        long at = found.endPosition();
        if (end - at >= HEADER_BYTES) {
            ByteBuffer next = header(at);
            followingOffset = next.getLong(RecordBatch.BASE_OFFSET_AT);
            followingEpoch = next.getInt(RecordBatch.LEADER_EPOCH_AT);
        }
        return inPlace(
                found.baseOffset,
                found.lastOffset,
                found.epoch,
                leastOffset,
                lastEpoch,
                followingOffset,
                followingEpoch,
                epochMost);
    }

    private ByteBuffer header(long at) throws IOException {
        if (at >= windowAt && at + HEADER_BYTES <= windowAt + window.limit()) {
            return window.slice((int) (at - windowAt), HEADER_BYTES);
        }
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        file.read(header, at);
        return header;
    }

    /** Whether a batch's base offset and epoch can stand between those around it. */
    static boolean inPlace(
            long baseOffset,
            long lastOffset,
            int epoch,
            long offsetBefore,
            int epochBefore,
            long offsetAfter,
            int epochAfter,
            int epochMost) {
        boolean moved = baseOffset != offsetBefore && offsetBefore + (lastOffset - baseOffset) + 1 == offsetAfter;
        boolean ordered = epochAfter >= epochBefore && epochAfter <= epochMost;
        boolean otherEpoch = epoch > (ordered ? epochAfter : epochMost) || (epoch < epochBefore && ordered);
        return !moved && !otherEpoch;
    }

    Head head() {
        return head;
    }

    /** Where the next batch would start. */
    long position() {
        return position;
    }

    /** The offset after the last batch seen. */
    long endOffset() {
        return leastOffset;
    }

    /** Whether everything was looked at; otherwise what stands at {@link #position} is no valid batch. */
    boolean atEnd() {
        return position >= end;
    }

    /** The current batch with its records; only after {@link #next} with checksums. */
    RecordBatch batch() throws IOException {
        position = head.position;
        if (!load(head.sizeInBytes)) {
            throw new IOException("file ends inside of a batch: " + file.path.getFileName());
        }
        RecordBatch batch = batch(head.sizeInBytes);
        position = head.endPosition();
        return batch;
    }

    /** The first position after {@code from} at which a valid batch starts, or -1. */
    static long findValid(CachedFile file, long from, long end, long leastOffset) throws IOException {
        ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES);
        long at = from + 1;
        while (end - at >= HEADER_BYTES) {
            window.clear();
            int read = file.read(window, at);
            if (read < HEADER_BYTES) {
                return -1;
            }
            int candidates = read - HEADER_BYTES + 1;
            for (int i = 0; i < candidates; i++) {
                if (window.get(i + RecordBatch.MAGIC_AT) == RecordBatch.MAGIC
                        && RecordBatch.sizeAt(window, i) >= HEADER_BYTES
                        && RecordBatch.sizeAt(window, i) <= end - at - i
                        && new BatchScan(file, at + i, end, leastOffset, true).next()) {
                    return at + i;
                }
            }
            at += candidates;
        }
        return -1;
    }

    private RecordBatch batch(int size) {
        return RecordBatch.at(window.slice((int) (position - windowAt), size));
    }

    /** Makes the window hold {@code bytes} from the position on. */
    private boolean load(int bytes) throws IOException {
        if (position >= windowAt && position + bytes <= windowAt + window.limit()) {
            return true;
        }
        int wanted = (int) Math.min(end - position, Math.max(bytes, Math.max(window.capacity(), windowBytes)));
        if (window.capacity() < wanted) {
            window = ByteBuffer.allocate(wanted);
        }
        window.clear().limit(wanted);
        windowAt = position;
        int read = file.read(window, position);
        window.flip();
        return read >= bytes;
    }

    private Head readHead(int at, int size) {
        long baseOffset = window.getLong(at + RecordBatch.BASE_OFFSET_AT);
        int lastDelta = window.getInt(at + RecordBatch.LAST_OFFSET_DELTA_AT);
        int baseSequence = window.getInt(at + RecordBatch.BASE_SEQUENCE_AT);
        return new Head(
                position,
                size,
                baseOffset,
                baseOffset + lastDelta,
                window.getInt(at + RecordBatch.LEADER_EPOCH_AT),
                window.getLong(at + RecordBatch.BASE_TIMESTAMP_AT),
                window.getLong(at + RecordBatch.MAX_TIMESTAMP_AT),
                window.getLong(at + RecordBatch.PRODUCER_ID_AT),
                window.getShort(at + RecordBatch.PRODUCER_EPOCH_AT),
                baseSequence,
                baseSequence < 0 ? RecordBatch.NO_SEQUENCE : (baseSequence + lastDelta) & Integer.MAX_VALUE);
    }
}
