package io.barnabas.log;

import static io.barnabas.log.LogEngineContract.get;

import io.barnabas.record.LogRecord;
import io.barnabas.record.TopicPartition;
import io.barnabas.testing.MemoryFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A machine whose disk is in memory: starts embedded engines on it, one after the other, as a node does over kills. Used
 * by one test at a time, in its thread.
 */
final class MemoryMachine implements AutoCloseable {
    static final Path SEGMENT = Path.of("/data/logs/t-0/00000000000000000000.log");
    static final LogConfig CONFIG = LogConfig.of(Map.of("index.interval.bytes", "100"));
    private static final UUID TOPIC = new UUID(3, 4);
    private static final EmbeddedLogSettings SETTINGS = CrashTest.settings(1 << 20, 1_000);

    private final List<EmbeddedLogEngine> started = new ArrayList<>();

    /** The disk; another one takes its place at a crash. */
    MemoryFiles files = new MemoryFiles();

    EmbeddedLogEngine engine() {
        return engine(SETTINGS);
    }

    EmbeddedLogEngine engine(EmbeddedLogSettings settings) {
        EmbeddedLogEngine engine = CrashTest.engine(files, settings);
        started.add(engine);
        return engine;
    }

    PartitionLog open(LogEngine engine) {
        return get(engine.open(id(0), 1, CONFIG));
    }

    /** The log after the process was killed, or after what {@code files} were changed to. */
    PartitionLog restarted() {
        files = files.crashed(null);
        return open(engine());
    }

    /** What the last start found is forced, and by that visible. */
    void shown() {
        started.get(started.size() - 1).checkpoint();
    }

    void stopLast() {
        started.remove(started.size() - 1).close();
    }

    @Override
    public void close() {
        files.failForces(path -> false);
        started.forEach(LogEngine::close);
    }

    static LogId id(int partition) {
        return new LogId(TOPIC, new TopicPartition("t", partition));
    }

    static List<String> everything(PartitionLog log) {
        List<String> values = new ArrayList<>();
        long next = log.logStartOffset();
        while (next < log.highWatermark()) {
            for (LogRecord record : Batches.records(get(log.read(next, 1 << 20)).batches())) {
                values.add(new String(record.value(), java.nio.charset.StandardCharsets.UTF_8));
                next = record.offset() + 1;
            }
        }
        return values;
    }
}
