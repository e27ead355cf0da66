package io.barnabas.log;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.io.IOException;
import java.util.Locale;

/** Tells what an I/O error means to a caller. */
final class IoFailure {
    private IoFailure() {}

    /** Whether the disk or the quota is full. The JDK has no type for it, only the system's text. */
    static boolean diskFull(IOException failure) {
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("no space left") || message.contains("quota exceeded");
    }

    static BarnabasException of(String what, IOException failure) {
        return diskFull(failure)
                ? new BarnabasException(ErrorCode.DISK_FULL, what + ": the disk is full", failure)
                : new BarnabasException(ErrorCode.STORAGE_ERROR, what + ": " + failure.getMessage(), failure);
    }
}
