package io.barnabas.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatches;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What WebSocket itself can do in this server, for measurements only: takes produce frames of {@code barnabas.binary.v1},
 * numbers their batches and looks no further. The sink keeps nothing; the source keeps in memory what was sent of the
 * newest topic, laid out as the frames that its readers get. Thread-safe by one lock, because sockets share it.
 */
final class Ceiling {
    /** Most that a source keeps; what is sent beyond is numbered, answered and forgotten. */
    static final long KEPT_BYTES_MOST = 256L << 20;

    private static final int EPOCH = 0;

    private final boolean keeps;
    private final Map<Integer, Long> nextOffsets = new HashMap<>();
    private final List<Message> kept = new ArrayList<>();
    private String newest = "";
    private long keptBytes;

    /** A sink, or a source. */
    Ceiling(boolean keeps) {
        this.keeps = keeps;
    }

    /** What is answered to a frame; null when no answer is wanted. */
    synchronized Message take(BinaryFrame.Produce frame) {
        begin(frame.topic());
        Message answer;
        try {
            AppendResult result = number(frame);
            keep(frame, result.baseOffset());
            answer = BinaryFrame.produced(frame.id(), frame.partition(), result);
        } catch (BarnabasException e) {
            answer = BinaryFrame.refused(frame.id(), frame.partition(), e);
        }
        return frame.acks() == Acks.NONE ? null : answer;
    }

    /** A topic ends the one before. */
    private void begin(String topic) {
        if (!topic.equals(newest)) {
            newest = requireNonNull(topic, "topic");
            nextOffsets.clear();
            kept.clear();
            keptBytes = 0;
        }
    }

    private AppendResult number(BinaryFrame.Produce frame) {
        long first = nextOffsets.getOrDefault(frame.partition(), 0L);
        long next = first;
        for (RecordBatch batch : RecordBatches.strict(frame.batches())) {
            batch.assign(next, EPOCH);
            next = batch.endOffset();
        }
        nextOffsets.put(frame.partition(), next);
        return new AppendResult(first, next - 1, -1, 0, false);
    }

    private void keep(BinaryFrame.Produce frame, long from) {
        if (keeps && keptBytes + frame.batches().remaining() <= KEPT_BYTES_MOST) {
            keptBytes += frame.batches().remaining();
            kept.add(BinaryFrame.records(
                    frame.topic().getBytes(UTF_8),
                    frame.partition(),
                    from,
                    nextOffsets.get(frame.partition()),
                    frame.batches()));
        }
    }

    /** Everything kept, in the order it came. */
    synchronized List<Message> frames() {
        return List.copyOf(kept);
    }
}
