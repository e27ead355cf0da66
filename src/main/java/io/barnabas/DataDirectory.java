package io.barnabas;

import static java.util.Objects.requireNonNull;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The folder in which everything durable of a node lies, held by one process at a time: two that append to the same
 * files would destroy them. The operating system gives the lock back when the process ends, however it ends.
 *
 * <p>Confined to the thread that starts and stops the node, one after the other.
 */
final class DataDirectory {
    private static final String LOCK_FILE = ".lock";

    private final Path path;
    private FileChannel channel;

    DataDirectory(Path path) {
        this.path = requireNonNull(path, "path");
    }

    /** @throws BarnabasException {@code STORAGE_ERROR}: not a folder, not writable, or held by another process */
    void open() {
        try {
            Files.createDirectories(path);
            channel = FileChannel.open(path.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new BarnabasException(
                    ErrorCode.STORAGE_ERROR, "data folder " + path + " cannot be made or written: " + e, e);
        }
        if (!locked()) {
            close();
            throw new BarnabasException(
                    ErrorCode.STORAGE_ERROR,
                    "data folder " + path
                            + " is in use by another process; stop it, or set barnabas.data.dir to another folder");
        }
    }

    private boolean locked() {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // held by another deployment in this process
        } catch (IOException e) {
            close();
            throw new BarnabasException(ErrorCode.STORAGE_ERROR, "data folder " + path + " cannot be locked: " + e, e);
        }
    }

    /** Gives the lock back. Idempotent. */
    void close() {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            throw new BarnabasException(
                    ErrorCode.STORAGE_ERROR, "lock of data folder " + path + " cannot be released", e);
        }
    }
}
