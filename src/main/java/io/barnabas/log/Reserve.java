package io.barnabas.log;

import static java.util.Objects.requireNonNull;

import io.barnabas.log.LogFiles.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Room that is given up on a full disk, so that the small file can be written that must be durable before anything is
 * deleted: without it a full disk could not be emptied. Not thread-safe.
 */
final class Reserve {
    private static final int BYTES = 4 << 20;
    private static final int STEP_BYTES = 64 << 10;

    private final LogFiles files;
    private final Path path;

    Reserve(LogFiles files, Path dataDir) {
        this.files = requireNonNull(files, "files");
        this.path = dataDir.resolve("reserve");
    }

    /** Takes room again, as much as there is of what is wanted. */
    void keep() throws IOException {
        try (LogFile reserve = files.open(path, true)) {
            for (long size = reserve.size(); size < BYTES; size += STEP_BYTES) {
                reserve.write(new ByteBuffer[] {ByteBuffer.allocate(STEP_BYTES)}, size);
            }
        } catch (IOException e) {
            if (!IoFailure.diskFull(e)) {
                throw e;
            }
        }
    }

    /** Gives the room up; false when there was none. */
    boolean release() throws IOException {
        if (!files.exists(path)) {
            return false;
        }
        files.delete(path);
        return true;
    }
}
