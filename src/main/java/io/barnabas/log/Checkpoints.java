package io.barnabas.log;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;

/**
 * The checkpoints of all logs in one file, so that one write, one force and one rename make any number durable:
 *
 * <pre>
 * barnabas-checkpoint 1 {count}
 * {topic} {partition} {topicId} {epoch} {start} {segmentBase} {position} {offset} {durable} {producersOffset}
 *         {hasProducers 0|1} {cleaned}                                   one line a log
 * crc32c {of all bytes before this line, hexadecimal}
 * </pre>
 *
 * <p>Thread-safe.
 */
final class Checkpoints {
    private static final String HEAD = "barnabas-checkpoint 1 ";
    private static final int FILE_BYTES_MOST = 256 << 20;

    private final LogFiles files;
    private final Path file;

    /** Guarded by this. */
    private final Map<TopicPartition, LogCheckpoint> logs = new HashMap<>();

    private boolean changed;

    /** One save at a time, without holding up readers of the map. */
    private final Object saving = new Object();

    /** Guarded by {@code saving}. */
    private final Reserve reserve;

    private Checkpoints(LogFiles files, Path dataDir) {
        this.files = files;
        this.file = dataDir.resolve("checkpoint");
        this.reserve = new Reserve(files, dataDir);
    }

    /** Reads the file; without one, all logs are scanned from their start. */
    static Checkpoints load(LogFiles files, Path dataDir) throws IOException {
        Checkpoints loaded = new Checkpoints(files, dataDir);
        if (files.exists(loaded.file)) {
            loaded.parse(PartitionFolder.readText(files, loaded.file, FILE_BYTES_MOST));
        }
        return loaded;
    }

    /** The checkpoint of a log, or null; one of another topic of the same name is none. */
    synchronized LogCheckpoint of(LogId id) {
        LogCheckpoint found = logs.get(id.partition());
        return found != null && found.topicId().equals(id.topicId()) ? found : null;
    }

    synchronized void put(LogId id, LogCheckpoint checkpoint) {
        changed |= !checkpoint.equals(logs.put(id.partition(), checkpoint));
    }

    /** Changes a log's checkpoint if it has one. */
    synchronized void change(LogId id, UnaryOperator<LogCheckpoint> change) {
        LogCheckpoint found = of(id);
        if (found != null) {
            put(id, change.apply(found));
        }
    }

    synchronized void remove(LogId id) {
        if (of(id) != null) {
            logs.remove(id.partition());
            changed = true;
        }
    }

    /** Makes the current state durable. */
    void save() throws IOException {
        synchronized (saving) {
            String text;
            synchronized (this) {
                if (!changed) {
                    return;
                }
                changed = false;
                text = text();
            }
            try {
                write(text);
            } catch (IOException e) {
                synchronized (this) {
                    changed = true;
                }
                throw e;
            }
        }
    }

    /** On a full disk with the room that is kept for it, and what is left of that is kept again. */
    private void write(String text) throws IOException {
        try {
            PartitionFolder.writeText(files, file, text);
        } catch (IOException e) {
            if (!IoFailure.diskFull(e) || !reserve.release()) {
                throw e;
            }
            PartitionFolder.writeText(files, file, text);
            reserve.keep();
        }
    }

    /** Keeps room to be saved in on a full disk; cheap when it is there. */
    void keepRoom() throws IOException {
        synchronized (saving) {
            reserve.keep();
        }
    }

    private String text() {
        StringBuilder text = new StringBuilder(HEAD).append(logs.size()).append('\n');
        new TreeMap<>(logs).forEach((partition, at) -> text.append(partition.topic())
                .append(' ')
                .append(partition.partition())
                .append(' ')
                .append(at.topicId())
                .append(' ')
                .append(at.epoch())
                .append(' ')
                .append(at.startOffset())
                .append(' ')
                .append(at.segmentBase())
                .append(' ')
                .append(at.position())
                .append(' ')
                .append(at.offset())
                .append(' ')
                .append(at.durableOffset())
                .append(' ')
                .append(at.producersOffset())
                .append(' ')
                .append(at.hasProducers() ? 1 : 0)
                .append(' ')
                .append(at.cleanedOffset())
                .append('\n'));
        String checksum = checksum(text);
        return text.append("crc32c ").append(checksum).append('\n').toString();
    }

    private static String checksum(CharSequence text) {
        CRC32C crc = new CRC32C();
        crc.update(text.toString().getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }

    private void parse(String text) {
        int last = text.lastIndexOf("crc32c ");
        if (!text.startsWith(HEAD)
                || last < 0
                || !text.substring(last).equals("crc32c " + checksum(text.substring(0, last)) + "\n")) {
            throw damaged(null);
        }
        try {
            text.substring(0, last).lines().skip(1).forEach(this::parseLine);
        } catch (IllegalArgumentException | IndexOutOfBoundsException | BarnabasException e) {
            // The checksum holds, so somebody wrote it so: a hand, or a release that knows more fields.
            throw damaged(e);
        }
    }

    private BarnabasException damaged(RuntimeException cause) {
        return new BarnabasException(
                ErrorCode.CORRUPT_DATA,
                "checkpoint file " + file + " is damaged; without it durable data cannot be told from lost data. "
                        + "Restore it, or remove it to have every log scanned from its start",
                cause);
    }

    private void parseLine(String line) {
        String[] part = line.split(" ", -1);
        logs.put(
                new TopicPartition(part[0], Integer.parseInt(part[1])),
                new LogCheckpoint(
                        UUID.fromString(part[2]),
                        Integer.parseInt(part[3]),
                        Long.parseLong(part[4]),
                        Long.parseLong(part[5]),
                        Integer.parseInt(part[6]),
                        Long.parseLong(part[7]),
                        Long.parseLong(part[8]),
                        Long.parseLong(part[9]),
                        part[10].equals("1"),
                        Long.parseLong(part[11])));
    }
}
