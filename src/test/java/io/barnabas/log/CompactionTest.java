package io.barnabas.log;

import static io.barnabas.log.LogEngineContract.get;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.record.Acks;
import io.barnabas.record.LogRecord;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.TopicPartition;
import io.barnabas.testing.MemoryFiles;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

class CompactionTest {
    private static final LogId ID = new LogId(new UUID(5, 6), new TopicPartition("groups", 0));

    /** Kept tombstones for a day: what was deleted is a null value or nothing at all. */
    private static final LogConfig CONFIG = LogConfig.of(Map.of(
            "cleanup.policy", "compact",
            "segment.bytes", "1024",
            "index.interval.bytes", "200",
            "min.cleanable.dirty.ratio", "0"));

    @Property(tries = 60, shrinking = ShrinkingMode.OFF)
    void keepsTheNewestRecordOfEveryKeyAtItsOffset(@ForAll long seed) {
        // given
        Random random = new Random(seed);
        MemoryFiles files = new MemoryFiles();
        TreeMap<Long, String> appended = new TreeMap<>();
        Map<String, Long> newest = new HashMap<>();
        for (int life = 0; life < 3; life++) {
            EmbeddedLogEngine engine = CrashTest.engine(files, CrashTest.settings(400));
            PartitionLog log = get(engine.open(ID, life, CONFIG));
            check(log, appended, newest);
            int steps = random.nextInt(120);
            for (int step = 0; step < steps; step++) {
                String key = "key" + random.nextInt(8);
                String value = random.nextInt(5) == 0 ? null : "v" + random.nextInt();
                long offset = get(log.append(Batches.keyed(System.currentTimeMillis(), key, value), Acks.ALL))
                        .baseOffset();
                appended.put(offset, key + "=" + value);
                newest.put(key, offset);
                if (random.nextInt(25) == 0) {
                    engine.checkpoint();
                    // when
                    engine.keepHouse();
                    // then
                    check(log, appended, newest);
                }
            }
            files = files.crashed(random);
            engine.close();
        }
    }

    @Test
    void leavesOneRecordAKeyAndDropsTombstonesWhenTheirTimeIsUp() {
        // given
        MemoryFiles files = new MemoryFiles();
        EmbeddedLogEngine engine = CrashTest.engine(files, CrashTest.settings(400));
        PartitionLog log = get(engine.open(ID, 1, CONFIG));
        for (int i = 0; i < 500; i++) {
            get(log.append(Batches.keyed(1_000, "key" + i % 3, i % 3 == 2 ? null : "v" + i), Acks.LEADER));
        }
        long before = log.size().sizeBytes();
        // when
        engine.checkpoint();
        engine.keepHouse();
        long once = log.size().sizeBytes();
        for (int i = 0; i < 60; i++) {
            get(log.append(Batches.keyed(1_000, "other" + i, "v" + i), Acks.LEADER));
            if (i % 30 == 29) {
                engine.checkpoint();
                engine.keepHouse();
            }
        }
        // then
        assertThat(once).isLessThan(before / 10);
        assertThat(log.endOffset()).isEqualTo(560);
        assertThat(Batches.records(get(log.read(0, 1)).batches()).get(0).value())
                .isNotNull();
        engine.close();
    }

    @Test
    void keepsTheLastBatchOfAProducerThoughNothingIsLeftInIt() {
        // given
        MemoryFiles files = new MemoryFiles();
        EmbeddedLogEngine engine = CrashTest.engine(files, CrashTest.settings(400));
        PartitionLog log = get(engine.open(ID, 1, CONFIG));
        get(log.append(Batches.keyedBy(7, 0, "key", "old"), Acks.ALL));
        get(log.append(Batches.keyedBy(7, 1, "key", "older"), Acks.ALL));
        for (int i = 0; i < 60; i++) {
            get(log.append(Batches.keyed(1_000, "key", "v" + i), Acks.ALL));
        }
        engine.checkpoint();
        // when
        engine.keepHouse();
        // then
        RecordBatch first = Batches.first(get(log.read(0, 1)).batches());
        assertThat(first.recordCount()).isZero();
        assertThat(first.producerId()).isEqualTo(7);
        assertThat(first.lastSequence()).isEqualTo(1);
        assertThat(first.lastOffset()).isEqualTo(1);
        assertThat(get(log.append(Batches.keyedBy(7, 1, "key", "older"), Acks.ALL))
                        .duplicate())
                .isTrue();
        engine.close();
    }

    private static void check(PartitionLog log, Map<Long, String> appended, Map<String, Long> newest) {
        Map<String, Long> seen = new HashMap<>();
        long next = log.logStartOffset();
        while (next < log.endOffset()) {
            var batches = get(log.read(next, 2000)).batches();
            for (LogRecord record : Batches.records(batches)) {
                String key = new String(record.key(), UTF_8);
                String value = record.value() == null ? null : new String(record.value(), UTF_8);
                assertThat(key + "=" + value).isEqualTo(appended.get(record.offset()));
                seen.put(key, record.offset());
                next = record.offset() + 1;
            }
            if (!batches.hasRemaining()) {
                break;
            }
        }
        assertThat(seen).isEqualTo(newest);
    }
}
