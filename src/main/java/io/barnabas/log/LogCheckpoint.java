package io.barnabas.log;

import java.util.UUID;

/**
 * What is known of a log without looking at its files.
 *
 * @param epoch the newest owner epoch seen
 * @param startOffset the log start; nothing below is ever served again
 * @param segmentBase of the segment in which recovery starts
 * @param position in that segment; everything before is on disk
 * @param offset of the first batch at that position: the recovery point
 * @param durableOffset everything below was made durable, by the segments or by a journal since applied: missing
 *     bytes below are damage, missing bytes above may be the crash
 * @param producersOffset producer state is the snapshot of this offset, or empty there when there is no such file
 * @param hasProducers whether there is a snapshot file of {@code producersOffset}
 * @param cleanedOffset compaction has seen everything below
 */
record LogCheckpoint(
        UUID topicId,
        int epoch,
        long startOffset,
        long segmentBase,
        int position,
        long offset,
        long durableOffset,
        long producersOffset,
        boolean hasProducers,
        long cleanedOffset) {

    /** Of a log that no checkpoint knows: it was made since the last one, or all are lost; it is read from its start. */
    static LogCheckpoint unknown(UUID topicId, long firstOffset) {
        return new LogCheckpoint(
                topicId, 0, firstOffset, firstOffset, 0, firstOffset, firstOffset, firstOffset, false, firstOffset);
    }

    /** What begins below is on disk or in a journal that is. */
    long settledOffset() {
        return Math.max(offset, durableOffset);
    }

    LogCheckpoint withDurable(long durable) {
        return new LogCheckpoint(
                topicId,
                epoch,
                startOffset,
                segmentBase,
                position,
                offset,
                Math.max(durable, durableOffset),
                producersOffset,
                hasProducers,
                cleanedOffset);
    }

    LogCheckpoint withEpoch(int seen) {
        return new LogCheckpoint(
                topicId,
                Math.max(seen, epoch),
                startOffset,
                segmentBase,
                position,
                offset,
                durableOffset,
                producersOffset,
                hasProducers,
                cleanedOffset);
    }

    LogCheckpoint withStart(long start) {
        return new LogCheckpoint(
                topicId,
                epoch,
                start,
                segmentBase,
                position,
                offset,
                durableOffset,
                producersOffset,
                hasProducers,
                cleanedOffset);
    }

    LogCheckpoint withCleaned(long cleaned) {
        return new LogCheckpoint(
                topicId,
                epoch,
                startOffset,
                segmentBase,
                position,
                offset,
                durableOffset,
                producersOffset,
                hasProducers,
                cleaned);
    }
}
