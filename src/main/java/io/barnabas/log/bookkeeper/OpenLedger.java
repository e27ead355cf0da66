package io.barnabas.log.bookkeeper;

import io.barnabas.log.bookkeeper.LedgerIndex.Point;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.apache.bookkeeper.client.api.WriteHandle;

/**
 * The ledger that a partition writes to. Confined to the partition's turn, but for what readers look at, which is
 * volatile.
 */
final class OpenLedger {
    /** A state of producers is not followed by the next before so many times its bytes of batches. */
    private static final long SNAPSHOT_SHARE = 8;

    private final WriteHandle handle;
    private final int epoch;
    private final int maxEntryBytes;
    private final int indexIntervalBytes;
    private final long snapshotIntervalBytes;
    private final long snapshotIntervalEntries;
    private final LedgerIndex index = new LedgerIndex();
    private final boolean reduced;
    private final long madeMs;

    private long nextEntryId;
    private long snapshotEntryId = LedgerSegment.UNKNOWN;
    private long sentMaxTimestamp = LedgerSegment.UNKNOWN;
    private long bytesAtPoint = Long.MIN_VALUE / 2;
    private long bytesAtSnapshot;
    private long bytesOfSnapshot;
    private boolean holdsRecords;

    /** Written by the turn. */
    private volatile long sentBytes;

    private volatile long ackedEntryId = LedgerSegment.UNKNOWN;
    private volatile long ackedMaxTimestamp = LedgerSegment.UNKNOWN;

    OpenLedger(WriteHandle handle, int epoch, BookKeeperSettings settings, boolean reduced, long madeMs) {
        this.handle = handle;
        this.epoch = epoch;
        this.maxEntryBytes = settings.maxEntryBytes();
        this.indexIntervalBytes = settings.indexIntervalBytes();
        this.snapshotIntervalBytes = settings.snapshotBytes();
        this.snapshotIntervalEntries = settings.snapshotEntries();
        this.reduced = reduced;
        this.madeMs = madeMs;
        index.completed(); // it learns of every entry as it is written
    }

    WriteHandle handle() {
        return handle;
    }

    long id() {
        return handle.getId();
    }

    LedgerIndex index() {
        return index;
    }

    /** Fewer copies than asked for. */
    boolean reduced() {
        return reduced;
    }

    long madeMs() {
        return madeMs;
    }

    boolean holdsRecords() {
        return holdsRecords;
    }

    long sentBytes() {
        return sentBytes;
    }

    /**
     * Whether producers' state is to be written again before more batches are, so that who takes over reads no more than
     * that much to know it. Small entries take longer to read than their bytes say, so they count as well, but not to
     * the point where states are a large part of the ledger.
     */
    boolean snapshotDue() {
        long bytes = sentBytes - bytesAtSnapshot;
        boolean many = nextEntryId - snapshotEntryId >= snapshotIntervalEntries;
        return bytes >= snapshotIntervalBytes || (many && bytes >= SNAPSHOT_SHARE * bytesOfSnapshot);
    }

    /** The last entry that is durable, inclusive; the header and first snapshot do not count. */
    long ackedEntryId() {
        return ackedEntryId;
    }

    long ackedMaxTimestamp() {
        return ackedMaxTimestamp;
    }

    void acked(Group group) {
        ackedMaxTimestamp = group.maxTimestamp();
        ackedEntryId = group.lastEntryId();
    }

    CompletableFuture<Long> header(long baseOffset, ByteBuffer whose) {
        return add(new Envelope(Envelope.Type.HEADER, epoch, baseOffset, baseOffset, -1, -1, 0), whose);
    }

    /** Sends the state of producers before {@code offset}; completes with the last of its entries, all before included. */
    CompletableFuture<Long> snapshot(long offset, ByteBuffer state) {
        long first = nextEntryId;
        long before = sentBytes;
        int most = maxEntryBytes - Envelope.BYTES - 2 * Integer.BYTES;
        int count = Math.max(1, (state.remaining() + most - 1) / most);
        CompletableFuture<Long> last = null;
        for (int i = 0; i < count; i++) {
            int at = state.position() + i * most;
            ByteBuffer piece = state.slice(at, Math.min(most, state.limit() - at));
            ByteBuffer payload = ByteBuffer.allocate(2 * Integer.BYTES + piece.remaining())
                    .putInt(i)
                    .putInt(count)
                    .put(piece)
                    .flip();
            last = add(envelope(Envelope.Type.SNAPSHOT, offset, offset, 0), payload);
        }
        snapshotEntryId = first;
        bytesAtSnapshot = sentBytes;
        bytesOfSnapshot = sentBytes - before;
        return last;
    }

    CompletableFuture<Long> footer(long endOffset) {
        ByteBuffer points = index.bytes(maxEntryBytes - Envelope.BYTES);
        return add(envelope(Envelope.Type.FOOTER, endOffset, endOffset, 0), points);
    }

    /** Sends batches that become durable together; completes with the last of their entries. */
    CompletableFuture<Long> batches(Group group) {
        CompletableFuture<Long> sent =
                batches(group.baseOffset(), group.endOffset(), group.payload(), group.newestTimestamp());
        group.sent(nextEntryId - 1, sentMaxTimestamp);
        return sent;
    }

    /** Sends batches in as many entries as they need. Entries become durable in order: when one fails, the last does. */
    CompletableFuture<Long> batches(long baseOffset, long endOffset, byte[] payload, long newestTimestamp) {
        long max = Math.max(sentMaxTimestamp, newestTimestamp);
        if (sentBytes - bytesAtPoint >= indexIntervalBytes) {
            index.add(new Point(nextEntryId, baseOffset, max));
            bytesAtPoint = sentBytes;
        }
        holdsRecords = true;
        int most = maxEntryBytes - Envelope.BYTES;
        int parts = Math.max(1, (payload.length + most - 1) / most) - 1;
        for (int i = 0; i < parts; i++) {
            var unused = add(
                    envelope(Envelope.Type.PART, baseOffset, baseOffset, i), ByteBuffer.wrap(payload, i * most, most));
        }
        sentMaxTimestamp = max;
        return add(
                envelope(Envelope.Type.DATA, baseOffset, endOffset, parts),
                ByteBuffer.wrap(payload, parts * most, payload.length - parts * most));
    }

    long sentMaxTimestamp() {
        return sentMaxTimestamp;
    }

    private Envelope envelope(Envelope.Type type, long baseOffset, long endOffset, int part) {
        return new Envelope(type, epoch, baseOffset, endOffset, sentMaxTimestamp, snapshotEntryId, part);
    }

    /** The client lets go of what it was given when it is sent; the payload's array is ours and nobody writes to it. */
    private CompletableFuture<Long> add(Envelope envelope, ByteBuffer payload) {
        ByteBuf entry =
                Unpooled.wrappedBuffer(Unpooled.wrappedBuffer(envelope.bytes()), Unpooled.wrappedBuffer(payload));
        long sent = sentBytes + entry.readableBytes();
        sentBytes = sent;
        nextEntryId++;
        return handle.appendAsync(entry);
    }
}
