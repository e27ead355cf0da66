package io.barnabas.log;

/**
 * What an engine tells about its work, for metrics. Thread-safe; called on the engine's threads, so it must not block
 * and must not throw.
 */
public interface LogEvents {
    /** Hears nothing. */
    LogEvents NONE = new LogEvents() {};

    /** One gathered write of {@code batches} batches with {@code records} records. */
    default void appended(LogId id, int batches, long records, long bytes) {}

    /** A read was served from the files. */
    default void read(LogId id, long bytes) {}

    /** One fdatasync of the shared journal. */
    default void journalForced(long nanos, int logs, long bytes) {}

    /** One fdatasync of a segment. */
    default void segmentForced(LogId id, long nanos) {}

    default void rolled(LogId id, long baseOffset) {}

    /** Whole segments went, by retention or truncation. */
    default void segmentsDeleted(LogId id, int count, long bytes) {}

    /** A log was opened and {@code scannedBytes} had to be checked; {@code cutBytes} of a torn tail were cut. */
    default void recovered(LogId id, long scannedBytes, long cutBytes, long nanos) {}

    /** The records of {@code [fromOffset, endOffset)} cannot be read any more. */
    default void damaged(LogId id, long fromOffset, long endOffset) {}

    default void compacted(LogId id, long bytesBefore, long bytesAfter) {}

    default void checkpointed(int logs, long nanos) {}

    default void statusChanged(EngineStatus status) {}
}
