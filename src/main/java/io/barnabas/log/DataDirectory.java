package io.barnabas.log;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.io.IOException;
import java.io.StringReader;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The node's data folder, held by one process at a time, and who it belongs to: {@code meta.properties}.
 *
 * <pre>
 * version=1
 * node.id={name}
 * cluster.id={name}
 * </pre>
 *
 * <p>Opened before anything else touches the folder, closed after everything else. Confined to the thread that starts
 * and stops the node.
 */
public final class DataDirectory implements AutoCloseable {
    /** What this version of the software writes and the newest it reads. */
    public static final int FORMAT_VERSION = 1;

    private static final int META_BYTES_MOST = 64 << 10;

    private final Path path;
    private final LogFiles files;
    private final FileChannel channel;
    private final FileLock lock;

    private DataDirectory(Path path, LogFiles files, FileChannel channel, FileLock lock) {
        this.path = path;
        this.files = files;
        this.channel = channel;
        this.lock = lock;
    }

    /** Whose data it is. */
    public record Meta(String nodeId, String clusterId) {}

    /**
     * Makes the folder if need be and takes it. One that a newer version of the software wrote is refused here, before
     * anything else looks into it: its version is that of every file in it.
     *
     * @throws BarnabasException {@code ILLEGAL_STATE} naming the folder when another process holds it or a newer version
     *     wrote it, {@code STORAGE_ERROR} when it cannot be made or written
     */
    public static DataDirectory open(Path path, LogFiles files) {
        try {
            files.createFolders(path);
            FileChannel channel =
                    FileChannel.open(path.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new BarnabasException(
                        ErrorCode.ILLEGAL_STATE,
                        "data folder " + path.toAbsolutePath()
                                + " is used by another process; stop it or choose another folder");
            }
            return checked(new DataDirectory(path, files, channel, lock));
        } catch (IOException e) {
            throw IoFailure.of("opening the data folder " + path.toAbsolutePath(), e);
        }
    }

    private static DataDirectory checked(DataDirectory taken) {
        try {
            taken.meta();
            return taken;
        } catch (BarnabasException e) {
            taken.close();
            throw e;
        }
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // held by this very process
        }
    }

    public Path path() {
        return path;
    }

    /**
     * Whose data it is; empty for a new folder.
     *
     * @throws BarnabasException {@code ILLEGAL_STATE} when a newer version of the software wrote it, {@code
     *     CORRUPT_DATA} when the file cannot be understood
     */
    public Optional<Meta> meta() {
        Path file = path.resolve("meta.properties");
        if (!files.exists(file)) {
            return Optional.empty();
        }
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(PartitionFolder.readText(files, file, META_BYTES_MOST)));
        } catch (IOException | IllegalArgumentException e) {
            throw new BarnabasException(ErrorCode.CORRUPT_DATA, file + " cannot be read: " + e.getMessage(), e);
        }
        requireVersion(file, properties.getProperty("version", ""));
        String nodeId = properties.getProperty("node.id");
        String clusterId = properties.getProperty("cluster.id");
        if (nodeId == null || clusterId == null) {
            throw new BarnabasException(ErrorCode.CORRUPT_DATA, file + " lacks node.id or cluster.id");
        }
        return Optional.of(new Meta(nodeId, clusterId));
    }

    private static void requireVersion(Path file, String text) {
        int version;
        try {
            version = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new BarnabasException(ErrorCode.CORRUPT_DATA, file + " has no readable version: '" + text + "'", e);
        }
        if (version < 1 || version > FORMAT_VERSION) {
            throw new BarnabasException(
                    ErrorCode.ILLEGAL_STATE,
                    file + " has format version " + version + ", this software reads up to " + FORMAT_VERSION
                            + ": the data was written by a newer Barnabas, start that one or restore a backup");
        }
    }

    /**
     * Writes whose data it is into a new folder, durably; for one that is in use checks that it is the same.
     *
     * @throws BarnabasException {@code ILLEGAL_STATE} when the folder belongs to another node or cluster
     */
    public void claim(Meta meta) {
        Optional<Meta> known = meta();
        if (known.isPresent() && !known.get().equals(meta)) {
            throw new BarnabasException(
                    ErrorCode.ILLEGAL_STATE,
                    "data folder " + path.toAbsolutePath() + " belongs to node "
                            + known.get().nodeId() + " of cluster "
                            + known.get().clusterId() + ", not to node " + meta.nodeId() + " of cluster "
                            + meta.clusterId());
        }
        if (known.isEmpty()) {
            try {
                PartitionFolder.writeText(
                        files,
                        path.resolve("meta.properties"),
                        "version=" + FORMAT_VERSION + "\nnode.id=" + meta.nodeId() + "\ncluster.id=" + meta.clusterId()
                                + "\n");
            } catch (IOException e) {
                throw IoFailure.of("writing meta.properties in " + path.toAbsolutePath(), e);
            }
        }
    }

    /**
     * A name that is this folder's alone, made on first use and the same ever after: it tells a restarted node from
     * another one that was started under the same number by mistake.
     */
    public String instance(Supplier<UUID> names) {
        Path file = path.resolve("instance");
        try {
            if (!files.exists(file)) {
                PartitionFolder.writeText(files, file, names.get() + "\n");
            }
            return PartitionFolder.readText(files, file, META_BYTES_MOST).trim();
        } catch (IOException e) {
            throw IoFailure.of("reading the name of the data folder " + path.toAbsolutePath(), e);
        }
    }

    /** Lets the folder go. The lock file stays: removing it would let two processes lock two different files. */
    @Override
    public void close() {
        try {
            if (lock.isValid()) {
                lock.release();
            }
            channel.close();
        } catch (IOException e) {
            throw IoFailure.of("releasing the data folder " + path.toAbsolutePath(), e);
        }
    }

    /** Whether a folder was ever used. */
    public static boolean used(Path path) {
        return Files.exists(path.resolve("meta.properties"));
    }
}
