package io.barnabas.group;

/**
 * When an event happens, on both clocks: time-outs run on the monotonic one, what is journaled carries wall time.
 *
 * @param monotonicMs milliseconds of a clock that never jumps; only differences mean anything
 * @param wallMs milliseconds since the epoch
 */
record Moment(long monotonicMs, long wallMs) {}
