package io.barnabas.record;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;

/**
 * Checks batches from a client before they are appended, since what is once in the log is read by everyone: one batch
 * that cannot be read would stop every consumer of its partition.
 *
 * <p>Refused with {@code UNREADABLE_BATCH}: a wrong checksum, bytes that are no whole batch, a base offset other than 0,
 * counts or offset deltas that are not dense from 0, control and transactional batches, a sequence without a producer or
 * the other way round, the append-time bit, a record that cannot be decoded. {@code RECORD_TOO_LARGE}: a batch or record
 * over its limit. {@code INVALID_RECORD}: no key where one is required, a timestamp out of bounds.
 *
 * <p>The header's maximum timestamp is corrected in place when the records say otherwise: some producers do not keep it,
 * and the time index relies on it. Everything else stays byte for byte. Stateless.
 */
public final class BatchCheck {
    private static final int KNOWN_ATTRIBUTES = RecordBatch.CODEC_MASK;

    private final BatchRules rules;

    public BatchCheck(BatchRules rules) {
        this.rules = requireNonNull(rules, "rules");
    }

    /**
     * Checks all batches between the buffer's position and its limit, which is not moved. The buffer must be writable
     * and belong to the caller.
     *
     * @throws BarnabasException as the class comment says; the message names the batch and record by number, from 0
     */
    public BatchSummary check(ByteBuffer batches) {
        int batchCount = 0;
        int recordCount = 0;
        long maxTimestamp = RecordBatch.NO_TIMESTAMP;
        for (RecordBatch batch : RecordBatches.strict(batches)) {
            try {
                maxTimestamp = Math.max(maxTimestamp, checkOne(batch));
            } catch (BarnabasException e) {
                throw inBatch(batchCount, e);
            }
            batchCount++;
            recordCount += batch.recordCount();
        }
        if (batchCount == 0) {
            throw unreadable("there is no batch");
        }
        return new BatchSummary(batchCount, recordCount, maxTimestamp, batches.remaining());
    }

    private long checkOne(RecordBatch batch) {
        checkHeader(batch);
        long maxTimestamp = checkRecords(batch);
        if (maxTimestamp != batch.maxTimestamp()) {
            batch.correctMaxTimestamp(maxTimestamp);
        }
        return maxTimestamp;
    }

    private void checkHeader(RecordBatch batch) {
        if (batch.sizeInBytes() > rules.maxBatchBytes()) {
            throw new BarnabasException(
                    ErrorCode.RECORD_TOO_LARGE,
                    "has " + batch.sizeInBytes() + " bytes, at most " + rules.maxBatchBytes() + " are allowed");
        }
        if (!batch.crcValid()) {
            throw unreadable(
                    "checksum is wrong: stored " + hex(batch.storedCrc()) + ", computed " + hex(batch.computedCrc()));
        }
        checkAttributes(batch);
        if (batch.baseOffset() != 0) {
            throw unreadable("base offset must be 0, got " + batch.baseOffset());
        }
        if (batch.recordCount() < 1 || batch.lastOffsetDelta() != batch.recordCount() - 1) {
            throw unreadable(
                    "claims " + batch.recordCount() + " records with last offset delta " + batch.lastOffsetDelta());
        }
        checkProducer(batch);
    }

    private static void checkAttributes(RecordBatch batch) {
        if (batch.control()) {
            throw unreadable("control batches are not taken from clients");
        }
        if (batch.transactional()) {
            throw unreadable("transactions are not supported");
        }
        if (batch.appendTime()) {
            throw unreadable("the append-time bit is the broker's to set");
        }
        if ((batch.attributes() & ~KNOWN_ATTRIBUTES) != 0) {
            throw unreadable("has unknown attributes " + hex(batch.attributes() & 0xffff));
        }
    }

    private static void checkProducer(RecordBatch batch) {
        boolean idempotent = batch.producerId() != RecordBatch.NO_PRODUCER_ID;
        boolean consistent = idempotent
                ? batch.producerId() >= 0 && batch.producerEpoch() >= 0 && batch.baseSequence() >= 0
                : batch.baseSequence() == RecordBatch.NO_SEQUENCE;
        if (!consistent) {
            throw unreadable("producer id " + batch.producerId() + ", epoch " + batch.producerEpoch()
                    + " and base sequence " + batch.baseSequence() + " do not belong together");
        }
    }

    private long checkRecords(RecordBatch batch) {
        long maxTimestamp = RecordBatch.NO_TIMESTAMP;
        RecordCursor records = batch.records(rules.limits());
        while (records.next()) {
            if (records.offsetDelta() != records.index()) {
                throw unreadable("record " + records.index() + " has offset delta " + records.offsetDelta());
            }
            if (rules.keysRequired() && records.keyLength() < 0) {
                throw invalid("record " + records.index() + " has no key, which a compacted topic requires");
            }
            checkTimestamp(records);
            maxTimestamp = Math.max(maxTimestamp, records.timestamp());
        }
        return maxTimestamp;
    }

    private void checkTimestamp(RecordCursor records) {
        long timestamp = records.timestamp();
        if (timestamp == RecordBatch.NO_TIMESTAMP) {
            return;
        }
        if (timestamp < 0 || timestamp < rules.minTimestamp() || timestamp > rules.maxTimestamp()) {
            throw invalid("record " + records.index() + " has timestamp " + timestamp + ", allowed is "
                    + Math.max(0, rules.minTimestamp()) + " to " + rules.maxTimestamp());
        }
    }

    private static BarnabasException inBatch(int number, BarnabasException e) {
        String message = "batch " + number + ": " + e.getMessage();
        return e.getCause() == null
                ? new BarnabasException(e.code(), message)
                : new BarnabasException(e.code(), message, e.getCause());
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }

    private static BarnabasException unreadable(String message) {
        return new BarnabasException(ErrorCode.UNREADABLE_BATCH, message);
    }

    private static BarnabasException invalid(String message) {
        return new BarnabasException(ErrorCode.INVALID_RECORD, message);
    }
}
