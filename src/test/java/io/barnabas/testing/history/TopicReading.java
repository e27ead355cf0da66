package io.barnabas.testing.history;

import io.barnabas.record.LogRecord;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatches;
import io.barnabas.record.RecordLimits;
import io.barnabas.testing.Http;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads all of a topic from a server, as batches, and records what it saw. Values are UTF-8. */
public final class TopicReading {
    private TopicReading() {}

    /** Reads every partition from its start; gives the number of records. Fails on a bad checksum. */
    public static long whole(Http server, String topic, int partitions, ReaderRecorder reader) {
        long records = 0;
        for (int partition = 0; partition < partitions; partition++) {
            records += from(server, topic, partition, 0, reader);
        }
        return records;
    }

    /** Reads one partition from an offset to its end, which it gives. Fails on a bad checksum. */
    public static long from(Http server, String topic, int partition, long offset, ReaderRecorder reader) {
        reader.began(partition, offset);
        long end = read(server, topic, partition, offset, reader);
        reader.ended(partition, end);
        return end;
    }

    private static long read(Http server, String topic, int partition, long offset, ReaderRecorder reader) {
        long next = offset;
        while (true) {
            HttpRequest.Builder request = server.request("topics/" + topic + "/partitions/" + partition
                            + "/batches?offset=" + next + "&timeout=0&max_bytes=4194304")
                    .GET();
            byte[] bytes = server.send(request).expect(200).bytes();
            if (bytes.length == 0) {
                return next;
            }
            long from = next;
            for (RecordBatch batch : RecordBatches.strict(ByteBuffer.wrap(bytes))) {
                if (!batch.crcValid()) {
                    throw new AssertionError("bad checksum at " + partition + "@" + batch.baseOffset());
                }
                next = record(batch, partition, from, next, reader);
            }
        }
    }

    private static long record(RecordBatch batch, int partition, long from, long next, ReaderRecorder reader) {
        long end = next;
        for (LogRecord record : batch.records(RecordLimits.DEFAULT).toList()) {
            if (record.offset() >= from) { // the first batch may begin before what was asked for
                reader.read(partition, record.offset(), new String(record.value(), StandardCharsets.UTF_8));
                end = record.offset() + 1;
            }
        }
        return end;
    }
}
