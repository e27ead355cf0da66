package io.barnabas.log;

import io.barnabas.record.ErrorCode;

/** Whether an engine takes appends. */
public sealed interface EngineStatus {
    /** Appends are taken. */
    record Writable() implements EngineStatus {}

    /**
     * Nothing is appended or acknowledged any more; what was acknowledged can be read.
     *
     * @param code what an append fails with: {@code READ_ONLY} after a failed fsync, {@code DISK_FULL}
     * @param reason for the operator, without record contents
     */
    record ReadOnly(ErrorCode code, String reason) implements EngineStatus {}

    /** The engine was closed. */
    record Closed() implements EngineStatus {}
}
