package io.barnabas.load;

import io.barnabas.record.Compression;
import io.barnabas.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.List;

/** One record batch, stamped record by record as Kafka's producer does. */
final class BatchEncoding implements Encoding {
    private final RecordBatchBuilder builder;
    private final Clock clock;
    private final int batchBytes;
    private int largestRecordBytes;

    BatchEncoding(Compression compression, int batchBytes, Clock clock) {
        this.builder = new RecordBatchBuilder(compression, batchBytes, RecordBatchBuilder.DEFAULT_MAX_BYTES);
        this.batchBytes = batchBytes;
        this.clock = clock;
    }

    @Override
    public void add(int partition, byte[] key, byte[] value) {
        int before = builder.sizeInBytes();
        builder.append(clock.millis(), key, value, List.of());
        largestRecordBytes = Math.max(largestRecordBytes, builder.sizeInBytes() - before);
    }

    /** Full when another record such as the largest so far would not fit. */
    @Override
    public boolean full() {
        return builder.sizeInBytes() + largestRecordBytes > batchBytes;
    }

    @Override
    public ByteBuffer finish() {
        return builder.build();
    }
}
