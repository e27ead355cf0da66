package io.barnabas.log;

import io.barnabas.log.LogFiles.LogFile;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
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
 * <p>Snapshot file, big-endian: int32 magic, int32 count, then per producer int64 id, int16 epoch, int64 time of the
 * last append, int8 batches, then per batch int32 first and last sequence, int64 base and last offset, int64 append
 * time; at the end int32 CRC32C of all before.
 */
final class Producers {
    static final int REMEMBERED_BATCHES = 5;
    private static final int MAGIC = 0x42505331;
    private static final int PRODUCER_BYTES = 8 + 2 + 8 + 1;
    private static final int BATCH_BYTES = 4 + 4 + 8 + 8 + 8;

    private final int most;

    /** Longest silent first. */
    private final LinkedHashMap<Long, Producer> producers = new LinkedHashMap<>();

    Producers(int most) {
        this.most = most;
    }

    /** One appended batch of a producer. Offsets inclusive. */
    record Appended(int firstSequence, int lastSequence, long baseOffset, long lastOffset, long appendTimeMs) {}

    /** What is remembered of one producer; {@code batches} oldest first. */
    record Producer(short epoch, long lastMs, List<Appended> batches) {
        Appended last() {
            return batches.get(batches.size() - 1);
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
    final class Undo {
        private final Map<Long, Producer> before = new HashMap<>();

        void restore() {
            before.forEach((id, producer) -> {
                if (producer == null) {
                    producers.remove(id);
                } else {
                    producers.put(id, producer);
                }
            });
        }
    }

    int count() {
        return producers.size();
    }

    /** Where the last batch of each producer ends, inclusive. */
    Map<Long, Long> lastOffsets() {
        Map<Long, Long> offsets = new HashMap<>();
        producers.forEach((id, producer) -> offsets.put(id, producer.last().lastOffset));
        return offsets;
    }

    Undo undo() {
        return new Undo();
    }

    /**
     * The earlier append of the same batch, or null when the batch is new and in order.
     *
     * @throws BarnabasException {@code OUT_OF_ORDER_SEQUENCE}, {@code STALE_PRODUCER_EPOCH}
     */
    Appended check(RecordBatch batch) {
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
        for (Appended appended : known.batches) {
            if (appended.firstSequence == first && appended.lastSequence == batch.lastSequence()) {
                return appended;
            }
        }
        int expected = (known.last().lastSequence + 1) & Integer.MAX_VALUE;
        require(first == expected, batch, expected);
        return null;
    }

    private static void require(boolean inOrder, RecordBatch batch, int expected) {
        if (!inOrder) {
            throw new BarnabasException(
                    ErrorCode.OUT_OF_ORDER_SEQUENCE,
                    "producer " + batch.producerId() + " sent sequence " + batch.baseSequence() + ", expected is "
                            + expected);
        }
    }

    void appended(long producerId, short epoch, Appended appended, long nowMs, Undo undo) {
        Producer known = producers.remove(producerId);
        if (undo != null && !undo.before.containsKey(producerId)) {
            undo.before.put(producerId, known);
        }
        Producer next =
                known == null ? new Producer(epoch, nowMs, List.of(appended)) : known.with(epoch, nowMs, appended);
        producers.put(producerId, next);
        if (producers.size() > most) {
            Map.Entry<Long, Producer> silent = producers.entrySet().iterator().next();
            if (undo != null) {
                undo.before.putIfAbsent(silent.getKey(), silent.getValue());
            }
            producers.remove(silent.getKey());
        }
    }

    void replay(BatchScan.Head head, long nowMs) {
        if (head.producerId() >= 0) {
            long at = Math.min(nowMs, head.maxTimestamp());
            Appended appended =
                    new Appended(head.baseSequence(), head.lastSequence(), head.baseOffset(), head.lastOffset(), at);
            appended(head.producerId(), head.producerEpoch(), appended, at, null);
        }
    }

    /** Forgets who was silent since before {@code beforeMs}. */
    void expire(long beforeMs) {
        producers.values().removeIf(producer -> producer.lastMs < beforeMs);
    }

    ByteBuffer snapshot() {
        int bytes = 8 + 4;
        for (Producer producer : producers.values()) {
            bytes += PRODUCER_BYTES + producer.batches.size() * BATCH_BYTES;
        }
        ByteBuffer out = ByteBuffer.allocate(bytes).putInt(MAGIC).putInt(producers.size());
        producers.forEach((id, producer) -> {
            out.putLong(id).putShort(producer.epoch).putLong(producer.lastMs).put((byte) producer.batches.size());
            for (Appended batch : producer.batches) {
                out.putInt(batch.firstSequence).putInt(batch.lastSequence);
                out.putLong(batch.baseOffset).putLong(batch.lastOffset).putLong(batch.appendTimeMs);
            }
        });
        return out.putInt(checksum(out.duplicate().flip())).flip();
    }

    /** Loads a snapshot; false when there is none that can be read, and then nothing has changed. */
    boolean load(LogFiles files, Path path) throws IOException {
        if (!files.exists(path)) {
            return false;
        }
        ByteBuffer in;
        try (LogFile file = files.open(path, false)) {
            long size = file.size();
            if (size < 12 || size > (long) most * (PRODUCER_BYTES + REMEMBERED_BATCHES * BATCH_BYTES) + 12) {
                return false;
            }
            in = ByteBuffer.allocate((int) size);
            file.read(in, 0);
        }
        in.flip();
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

    private void readProducer(ByteBuffer in) {
        long id = in.getLong();
        short epoch = in.getShort();
        long lastMs = in.getLong();
        int count = in.get();
        List<Appended> batches = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            batches.add(new Appended(in.getInt(), in.getInt(), in.getLong(), in.getLong(), in.getLong()));
        }
        producers.put(id, new Producer(epoch, lastMs, List.copyOf(batches)));
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
