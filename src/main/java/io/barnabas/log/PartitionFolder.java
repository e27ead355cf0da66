package io.barnabas.log;

import io.barnabas.log.LogFiles.LogFile;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * Names in a partition's folder, which are Kafka's, and its {@code partition.metadata} file:
 *
 * <pre>
 * version: 0
 * topic_id: {22 characters, the topic's UUID in URL-safe base64}
 * </pre>
 */
final class PartitionFolder {
    static final String LOG = ".log";
    static final String DELETED = ".deleted";
    static final String CLEANED = ".cleaned";
    private static final String METADATA = "partition.metadata";
    private static final int METADATA_BYTES_MOST = 4096;

    private PartitionFolder() {}

    /** {@link TopicPartition} has checked the name, so it is one folder below {@code logs} and nowhere else. */
    static Path of(Path dataDir, TopicPartition partition) {
        return logs(dataDir).resolve(partition.toString());
    }

    static Path logs(Path dataDir) {
        return dataDir.resolve("logs");
    }

    static Path logFile(Path folder, long baseOffset) {
        return folder.resolve(name(baseOffset) + LOG);
    }

    static Path offsetIndexFile(Path folder, long baseOffset) {
        return folder.resolve(name(baseOffset) + ".index");
    }

    static Path timeIndexFile(Path folder, long baseOffset) {
        return folder.resolve(name(baseOffset) + ".timeindex");
    }

    static Path producersFile(Path folder, long offset) {
        return folder.resolve(name(offset) + ".producers");
    }

    static Path swapFile(Path folder, long baseOffset) {
        return folder.resolve(name(baseOffset) + ".swap");
    }

    static String name(long offset) {
        return String.format(Locale.ROOT, "%020d", offset);
    }

    /** The offsets of all files with a suffix, ascending; other names are not ours and are left alone. */
    static List<Long> offsets(LogFiles files, Path folder, String suffix) throws IOException {
        List<Long> found = new ArrayList<>();
        for (Path path : files.list(folder)) {
            String name = String.valueOf(path.getFileName());
            if (name.endsWith(suffix)
                    && name.length() == 20 + suffix.length()
                    && name.substring(0, 20).chars().allMatch(c -> c >= '0' && c <= '9')) {
                found.add(Long.parseLong(name.substring(0, 20)));
            }
        }
        found.sort(null);
        return found;
    }

    /** The topic whose log this is, or null when the folder has no readable metadata. */
    static UUID topicId(LogFiles files, Path folder) throws IOException {
        Path path = folder.resolve(METADATA);
        if (!files.exists(path)) {
            return null;
        }
        for (String line : readText(files, path, METADATA_BYTES_MOST).lines().toList()) {
            if (line.startsWith("topic_id: ")) {
                return decode(line.substring("topic_id: ".length()).trim());
            }
        }
        return null;
    }

    /** Makes the folder and its metadata, durably. */
    static void create(LogFiles files, Path folder, UUID topicId) throws IOException {
        files.createFolders(folder);
        writeText(files, folder.resolve(METADATA), "version: 0\ntopic_id: " + encode(topicId) + "\n");
        files.forceFolder(folder.getParent());
    }

    /** Removes the folder: first out of the way with one rename, so that a crash leaves the whole log or none of it. */
    static void remove(LogFiles files, Path folder) throws IOException {
        Path gone = folder.resolveSibling(folder.getFileName() + "." + UUID.randomUUID() + DELETED);
        files.rename(folder, gone);
        files.forceFolder(folder.getParent());
        for (Path path : files.list(gone)) {
            files.delete(path);
        }
        files.delete(gone);
    }

    /** Replaces a small file durably: after a crash it is the old or the new one, never a mix. */
    static void writeText(LogFiles files, Path path, String text) throws IOException {
        Path temporary = path.resolveSibling(path.getFileName() + ".tmp");
        try (LogFile file = files.open(temporary, true)) {
            file.truncate(0);
            file.write(new ByteBuffer[] {ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))}, 0);
            file.force();
        }
        files.rename(temporary, path);
        files.forceFolder(path.getParent());
    }

    static String readText(LogFiles files, Path path, int bytesMost) throws IOException {
        try (LogFile file = files.open(path, false)) {
            long size = file.size();
            if (size > bytesMost) {
                throw new BarnabasException(
                        ErrorCode.CORRUPT_DATA,
                        path.getFileName() + " has " + size + " bytes, at most " + bytesMost + " are expected");
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) size);
            file.read(bytes, 0);
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        }
    }

    static String encode(UUID id) {
        byte[] bytes = ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static UUID decode(String text) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(text);
            if (bytes.length != 16) {
                return null;
            }
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            return new UUID(buffer.getLong(), buffer.getLong());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
