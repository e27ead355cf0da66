package io.barnabas.load;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatches;
import io.barnabas.record.RecordCursor;
import io.barnabas.record.RecordLimits;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Decodes batches to the last record, with the checksum of each, as a consumer does. Confined to one thread.
 */
final class BatchDecoder {
    private byte[] key = new byte[64];
    private byte[] value = new byte[1024];

    /** The offset behind the last whole batch, or {@code from} when there is none; looks at headers only. */
    static long endOffset(ByteBuffer bytes, long from) {
        long end = from;
        for (RecordBatch batch : RecordBatches.stored(bytes)) {
            end = batch.endOffset();
        }
        return end;
    }

    /** Tells of every record at or above {@code from}; returns how many. */
    int decode(ByteBuffer bytes, int partition, long from, Target.Deliveries deliveries) {
        int count = 0;
        try {
            for (RecordBatch batch : RecordBatches.stored(bytes)) {
                if (!batch.crcValid()) {
                    deliveries.damaged(partition, "checksum of the batch at offset " + batch.baseOffset());
                    continue;
                }
                count += decode(batch.records(RecordLimits.DEFAULT), partition, from, deliveries);
            }
        } catch (BarnabasException e) {
            deliveries.damaged(partition, e.getMessage());
        }
        return count;
    }

    private int decode(RecordCursor cursor, int partition, long from, Target.Deliveries deliveries) {
        int count = 0;
        while (cursor.next()) {
            if (cursor.offset() < from) {
                continue;
            }
            int keyLength = cursor.keyLength();
            int valueLength = Math.max(0, cursor.valueLength());
            if (keyLength > 0) {
                key = key.length < keyLength ? Arrays.copyOf(key, keyLength * 2) : key;
                cursor.buffer().get(cursor.keyAt(), key, 0, keyLength);
            }
            value = value.length < valueLength ? Arrays.copyOf(value, valueLength * 2) : value;
            cursor.buffer().get(cursor.valueAt(), value, 0, valueLength);
            deliveries.record(partition, cursor.offset(), key, 0, keyLength, value, 0, valueLength);
            count++;
        }
        return count;
    }
}
