package io.barnabas.log;

import io.barnabas.log.LogFiles.LogFile;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.ProducerSequence;
import io.barnabas.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The idempotent producers of one partition: which batches each appended last, so that a repeat is known and a gap is
 * refused. Confined to the partition's turn.
 *
 * <p>The rules are Kafka's: a batch with the epoch, first and last sequence of one of the last five is a duplicate; an
 * older epoch is refused; a newer one must start at sequence 0; otherwise the first sequence follows the last one,
 * modulo 2^31. Of an unknown producer any first sequence is taken.
 *
 * <p>Requests with an idempotency key are producers too, of one batch each, in the upper half of the ids; see {@link
 * ProducerSequence}. They are counted apart, so that a flood of keys does not push out a producer, and none of them is
 * forgotten before the window is over: when there are too many, new ones are refused.
 *
 * <p>Snapshot file, big-endian: int32 magic, int32 count, then per producer int64 id, int16 epoch, int64 time of the
 * last append, int8 batches, then per batch int32 first and last sequence, int64 base and last offset, int64 append
 * time; at the end int32 CRC32C of all before.
 */
public final class Producers {
    static final int REMEMBERED_BATCHES = 5;
    private static final int MAGIC = 0x42505331;
    private static final int PRODUCER_BYTES = 8 + 2 + 8 + 1;
    private static final int BATCH_BYTES = 4 + 4 + 8 + 8 + 8;

    private final int most;
    private final int mostKeys;
    private final long keyWindowMs;

    /** Longest silent first. */
    private final LinkedHashMap<Long, Producer> producers = new LinkedHashMap<>();

    /** Oldest first. */
    private final LinkedHashMap<Long, Producer> keys = new LinkedHashMap<>();

    /**
     * Knows nobody yet.
     *
     * @param most producers that are remembered
     * @param mostKeys idempotency keys that are remembered
     * @param keyWindowMs how long a key is remembered at least
     */
    public Producers(int most, int mostKeys, long keyWindowMs) {
        this.most = most;
        this.mostKeys = mostKeys;
        this.keyWindowMs = keyWindowMs;
    }

    /** One appended batch of a producer. Offsets inclusive. */
    public record Appended(int firstSequence, int lastSequence, long baseOffset, long lastOffset, long appendTimeMs) {}

    /** What is remembered of one producer; {@code batches} oldest first. */
    record Producer(short epoch, long lastMs, List<Appended> batches) {
        Appended last() {
            return batches.get(batches.size() - 1);
        }

        /** The remembered batch with the same sequences, or null. */
        Appended same(RecordBatch batch) {
            for (Appended appended : batches) {
                if (appended.firstSequence == batch.baseSequence() && appended.lastSequence == batch.lastSequence()) {
                    return appended;
                }
            }
            return null;
        }

        Producer with(short batchEpoch, long nowMs, Appended appended) {
            List<Appended> kept = new ArrayList<>(REMEMBERED_BATCHES);
            if (batchEpoch == epoch) {
                kept.addAll(batches.subList(Math.max(0, batches.size() - REMEMBERED_BATCHES + 1), batches.size()));
            }
            kept.add(appended);
            return new Producer(batchEpoch, nowMs, List.copyOf(kept));
        }
    }

    /** What the producers were before some appends, to go back to when the write fails. */
    public final class Undo {
        private final Map<Long, Producer> before = new HashMap<>();

        Undo() {}

        public void restore() {
            before.forEach((id, producer) -> {
                if (producer == null) {
                    among(id).remove(id);
                } else {
                    among(id).put(id, producer);
                }
            });
        }
    }

    int count() {
        return producers.size() + keys.size();
    }

    private Map<Long, Producer> among(long id) {
        return ProducerSequence.isKey(id) ? keys : producers;
    }

    /** Where the last batch of each producer ends, inclusive. */
    Map<Long, Long> lastOffsets() {
        Map<Long, Long> offsets = new HashMap<>();
        producers.forEach((id, producer) -> offsets.put(id, producer.last().lastOffset));
        return offsets;
    }

    public Undo undo() {
        return new Undo();
    }

    /**
     * The earlier append of the same batch, or null when the batch is new and in order.
     *
     * @throws BarnabasException {@code OUT_OF_ORDER_SEQUENCE}, {@code STALE_PRODUCER_EPOCH}; for a batch with an
     *     idempotency key {@code IDEMPOTENCY_KEY_REUSED}, {@code TOO_MANY}
     */
    public Appended check(RecordBatch batch, long nowMs) {
        if (ProducerSequence.isKey(batch.producerId())) {
            return checkKey(batch, nowMs);
        }
        Producer known = producers.get(batch.producerId());
        if (known == null) {
            return null;
        }
        short epoch = batch.producerEpoch();
        int first = batch.baseSequence();
        if (epoch < known.epoch) {
            throw new BarnabasException(
                    ErrorCode.STALE_PRODUCER_EPOCH,
                    "producer " + batch.producerId() + " has epoch " + known.epoch + ", the batch has " + epoch);
        }
        if (epoch > known.epoch) {
            require(first == 0, batch, 0);
            return null;
        }
        Appended repeated = known.same(batch);
        if (repeated != null) {
            return repeated;
        }
        int expected = (known.last().lastSequence + 1) & Integer.MAX_VALUE;
        require(first == expected, batch, expected);
        return null;
    }

    /** A key has one batch, whose first sequence is made of what is in the request: any other is another request. */
    private Appended checkKey(RecordBatch batch, long nowMs) {
        forgetKeys(nowMs);
        Producer known = keys.get(batch.producerId());
        if (known == null) {
            if (keys.size() >= mostKeys) {
                throw new BarnabasException(
                        ErrorCode.TOO_MANY,
                        "the partition remembers " + keys.size() + " idempotency keys of the last " + keyWindowMs
                                + " ms, the limit; try again later");
            }
            return null;
        }
        Appended repeated = known.same(batch);
        if (repeated == null) {
            throw new BarnabasException(
                    ErrorCode.IDEMPOTENCY_KEY_REUSED,
                    "another request had the same idempotency key; a repeat must be the same request in every byte");
        }
        return repeated;
    }

    private void forgetKeys(long nowMs) {
        Iterator<Producer> oldest = keys.values().iterator();
        while (oldest.hasNext() && oldest.next().lastMs < nowMs - keyWindowMs) {
            oldest.remove();
        }
    }

    private static void require(boolean inOrder, RecordBatch batch, int expected) {
        if (!inOrder) {
            throw new BarnabasException(
                    ErrorCode.OUT_OF_ORDER_SEQUENCE,
                    "producer " + batch.producerId() + " sent sequence " + batch.baseSequence() + ", expected is "
                            + expected);
        }
    }

    /** Notes a batch that was appended; with {@code undo}, if that is not null, it can be taken back. */
    public void appended(long producerId, short epoch, Appended appended, long nowMs, Undo undo) {
        Map<Long, Producer> those = among(producerId);
        Producer known = those.remove(producerId);
        if (undo != null && !undo.before.containsKey(producerId)) {
            undo.before.put(producerId, known);
        }
        Producer next =
                known == null ? new Producer(epoch, nowMs, List.of(appended)) : known.with(epoch, nowMs, appended);
        those.put(producerId, next);
        if (those.size() > (ProducerSequence.isKey(producerId) ? mostKeys : most)) {
            Map.Entry<Long, Producer> silent = those.entrySet().iterator().next();
            if (undo != null) {
                undo.before.putIfAbsent(silent.getKey(), silent.getValue());
            }
            those.remove(silent.getKey());
        }
    }

    /**
     * Learns of a batch found in the log. When it was appended is not known, its timestamps are the client's: it counts
     * as of now, for to remember it too long is harmless.
     */
    void replay(BatchScan.Head head, long nowMs) {
        if (head.producerId() >= 0) {
            long at = Math.min(nowMs, head.maxTimestamp());
            Appended appended =
                    new Appended(head.baseSequence(), head.lastSequence(), head.baseOffset(), head.lastOffset(), at);
            appended(head.producerId(), head.producerEpoch(), appended, nowMs, null);
        }
    }

    /** Forgets producers that were silent for longer than {@code expiryMs}, and keys older than their window. */
    public void expire(long nowMs, long expiryMs) {
        producers.values().removeIf(producer -> producer.lastMs < nowMs - expiryMs);
        forgetKeys(nowMs);
    }

    /** The state as bytes, for {@link #load(ByteBuffer)}. */
    public ByteBuffer snapshot() {
        long bytes = 8 + 4;
        for (Map<Long, Producer> those : List.of(producers, keys)) {
            for (Producer producer : those.values()) {
                bytes += PRODUCER_BYTES + producer.batches.size() * BATCH_BYTES;
            }
        }
        ByteBuffer out =
                ByteBuffer.allocate(Math.toIntExact(bytes)).putInt(MAGIC).putInt(count());
        producers.forEach((id, producer) -> write(id, producer, out));
        keys.forEach((id, producer) -> write(id, producer, out));
        return out.putInt(checksum(out.duplicate().flip())).flip();
    }

    private static void write(long id, Producer producer, ByteBuffer out) {
        out.putLong(id).putShort(producer.epoch).putLong(producer.lastMs).put((byte) producer.batches.size());
        for (Appended batch : producer.batches) {
            out.putInt(batch.firstSequence).putInt(batch.lastSequence);
            out.putLong(batch.baseOffset).putLong(batch.lastOffset).putLong(batch.appendTimeMs);
        }
    }

    /** Loads a snapshot; false when there is none that can be read, and then nothing has changed. */
    boolean load(LogFiles files, Path path) throws IOException {
        if (!files.exists(path)) {
            return false;
        }
        ByteBuffer in;
        try (LogFile file = files.open(path, false)) {
            long size = file.size();
            if (size < 12 || size > mostBytes()) {
                return false;
            }
            in = ByteBuffer.allocate((int) size);
            file.read(in, 0);
        }
        return load(in.flip());
    }

    /** Loads a snapshot that begins at 0 and ends at the limit; false when it cannot be read, and then nothing has changed. */
    public boolean load(ByteBuffer in) {
        if (in.limit() < 12
                || in.getInt(in.limit() - 4) != checksum(in.duplicate().limit(in.limit() - 4))
                || in.getInt() != MAGIC) {
            return false;
        }
        int count = in.getInt();
        for (int i = 0; i < count; i++) {
            readProducer(in);
        }
        return true;
    }

    private long mostBytes() {
        return (long) most * (PRODUCER_BYTES + REMEMBERED_BATCHES * BATCH_BYTES)
                + (long) mostKeys * (PRODUCER_BYTES + BATCH_BYTES)
                + 12;
    }

    private void readProducer(ByteBuffer in) {
        long id = in.getLong();
        short epoch = in.getShort();
        long lastMs = in.getLong();
        int count = in.get();
        List<Appended> batches = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            batches.add(new Appended(in.getInt(), in.getInt(), in.getLong(), in.getLong(), in.getLong()));
        }
        among(id).put(id, new Producer(epoch, lastMs, List.copyOf(batches)));
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
