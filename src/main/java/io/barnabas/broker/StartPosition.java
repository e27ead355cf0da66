package io.barnabas.broker;

/** Where reading begins in a partition that has no committed offset, or by wish. */
public sealed interface StartPosition {
    /** At the first record there is. */
    record Earliest() implements StartPosition {}

    /** After the last record: only what comes from now on. */
    record Latest() implements StartPosition {}

    /** At this offset; outside of what the partition holds it is an {@code OFFSET_OUT_OF_RANGE}. */
    record Offset(long offset) implements StartPosition {}

    /** At the first record at or after this time, in ms. */
    record Timestamp(long timestampMs) implements StartPosition {}
}
