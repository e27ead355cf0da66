package io.barnabas.log.bookkeeper;

import static io.barnabas.log.Batches.batch;
import static io.barnabas.log.bookkeeper.Stages.all;
import static io.barnabas.log.bookkeeper.Stages.codeOf;
import static io.barnabas.log.bookkeeper.Stages.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.log.Batches;
import io.barnabas.log.LogConfig;
import io.barnabas.log.LogId;
import io.barnabas.log.PartitionLog;
import io.barnabas.log.PartitionLog.OffsetAndTimestamp;
import io.barnabas.record.Acks;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.bookkeeper.client.api.LedgerEntries;
import org.apache.bookkeeper.client.api.WriteHandle;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Ledgers are begun, ended, read, replaced and deleted. */
@ExtendWith(WithBookies.class)
class LedgerLifeTest {
    private final LogId id = new LogId(UUID.randomUUID(), new TopicPartition("orders", 0));
    private final BookKeeperSettings small = SmallSettings.with(4 << 10, 16 << 10, 8 << 10);
    private final Bookies bookies;
    private final Engines engines;

    LedgerLifeTest(Bookies bookies) {
        this.bookies = bookies;
        engines = new Engines(bookies);
    }

    @AfterEach
    void stop() {
        engines.close();
    }

    private PartitionLog claimed(BookKeeperLogEngine engine, int epoch, Map<String, String> config) {
        engines.documents().claim(id, epoch);
        return get(engine.open(id, epoch, LogConfig.of(config)));
    }

    /** Of a ledger that is being written, as a bookie has it. */
    private static Envelope.Type firstEntry(Ledgers ledgers, long ledgerId) {
        try (LedgerEntries entries = ledgers.reading(ledgerId)
                .thenCompose(handle -> handle.readUnconfirmedAsync(0, 0))
                .join()) {
            return Envelope.read(entries.iterator().next().getEntryNioBuffer()).type();
        }
    }

    private static String longValue(int i) {
        return "value " + i + " ".repeat(200);
    }

    @Test
    void readsAndFindsTimesInManyLedgersFromWhateverOffset() {
        // given
        PartitionLog log = claimed(engines.engine(small), 1, Map.of());
        for (int i = 0; i < 400; i++) {
            log.append(Batches.at(1_000 + 10L * i, longValue(i)), Acks.ALL);
        }
        get(log.append(Batches.at(9_000, "end"), Acks.ALL));
        assertThat(engines.documents().list(id).segments()).hasSizeGreaterThan(3);
        // when
        PartitionLog next = claimed(engines.engine(small), 2, Map.of());
        // then
        assertThat(all(next)).hasSize(401);
        for (int offset = 0; offset < 400; offset += 37) {
            assertThat(Batches.values(get(next.read(offset, 1)).batches()))
                    .containsExactly(offset + ":" + longValue(offset));
            assertThat(get(next.offsetForTimestamp(1_000 + 10L * offset - 5)))
                    .contains(new OffsetAndTimestamp(offset, 1_000 + 10L * offset));
        }
        assertThat(get(next.offsetForTimestamp(9_001))).isEmpty();
        assertThat(next.size().segmentCount()).isGreaterThan(3);
    }

    @Test
    void storesBatchesThatAreLargerThanAnEntry() {
        // given
        PartitionLog log = claimed(engines.engine(small), 1, Map.of());
        String large = "x".repeat(50_000);
        get(log.append(batch("a"), Acks.ALL));
        get(log.append(batch(large, "b"), Acks.ALL));
        get(log.append(batch("c"), Acks.ALL));
        // when
        PartitionLog next = claimed(engines.engine(small), 2, Map.of());
        // then
        assertThat(all(log)).containsExactly("0:a", "1:" + large, "2:b", "3:c");
        assertThat(all(next)).containsExactly("0:a", "1:" + large, "2:b", "3:c");
        assertThat(Batches.values(get(next.read(2, 1)).batches())).containsExactly("1:" + large, "2:b");
        assertThat(Batches.values(get(next.read(3, 1)).batches())).containsExactly("3:c");
    }

    @Test
    void listsALedgerOnlyWhenItsHeaderIsDurable() {
        // given
        Set<Long> listed = new HashSet<>();
        List<Envelope.Type> first = new ArrayList<>();
        try (Ledgers other = bookies.ledgers()) {
            engines.documents().beforeReplace(list -> list.segments().forEach(segment -> {
                if (listed.add(segment.ledgerId())) {
                    first.add(firstEntry(other, segment.ledgerId()));
                }
            }));
            // when
            get(claimed(engines.engine(), 1, Map.of()).append(batch("a"), Acks.ALL));
        }
        // then
        assertThat(first).containsExactly(Envelope.Type.HEADER);
    }

    @Test
    void leavesNoLedgerBehindWhenItRehearsesATakeOver() {
        // given
        Rehearsal rehearsal = engines.engine().rehearsal();
        try (Ledgers other = bookies.ledgers()) {
            List<Long> before = other.all();
            // when
            List<Long> ends = List.of(get(rehearsal.once(1)), get(rehearsal.once(3)));
            // then
            assertThat(ends).as("records that the next owner found").containsExactly(1L, 1L);
            assertThat(other.all()).isEqualTo(before);
        }
    }

    @Test
    void refusesAnEmptyLedgerAndDoesNotDeleteIt() {
        // given
        BookKeeperLogEngine engine = engines.engine();
        engines.documents().claim(id, 1);
        try (Ledgers other = bookies.ledgers()) {
            WriteHandle empty = other.create(id, 1, 0).join().handle();
            var document = get(engines.documents().owned(id, 1));
            get(engines.documents()
                    .replace(document, LedgerList.EMPTY.withOpened(LedgerSegment.open(empty.getId(), 0, 1, 0))));
            // when
            ErrorCode code = codeOf(engine.open(id, 1, LogConfig.of(Map.of())));
            // then
            assertThat(code).isEqualTo(ErrorCode.CORRUPT_DATA);
            engine.keepHouse();
            assertThat(other.all()).contains(empty.getId());
        }
    }

    @Test
    void letsOldLedgersGoBySize() {
        // given
        BookKeeperLogEngine engine = engines.engine(small);
        PartitionLog log = claimed(engine, 1, Map.of("retention.bytes", "20000"));
        for (int i = 0; i < 400; i++) {
            log.append(batch(longValue(i)), Acks.ALL);
        }
        get(log.append(batch("end"), Acks.ALL));
        Set<Long> before = engines.documents().list(id).ledgerIds();
        // when
        engine.keepHouse();
        // then
        assertThat(log.logStartOffset()).isPositive();
        assertThat(codeOf(log.read(0, 1))).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
        List<String> left = all(log);
        assertThat(left.get(0)).startsWith(log.logStartOffset() + ":");
        assertThat(left.get(left.size() - 1)).isEqualTo("400:end");
        Set<Long> after = engines.documents().list(id).ledgerIds();
        assertThat(after.size()).isLessThan(before.size());
        try (Ledgers other = bookies.ledgers()) {
            before.removeAll(after);
            assertThat(other.all()).containsAll(after).doesNotContainAnyElementsOf(before);
        }
    }

    @Test
    void keepsTheNewestRecordOfEachKey() {
        // given
        BookKeeperLogEngine engine = engines.engine(small);
        PartitionLog log = claimed(engine, 1, Map.of("cleanup.policy", "compact", "segment.bytes", "16384"));
        for (int i = 0; i < 400; i++) {
            log.append(Batches.keyed(1_000 + i, "key " + i % 7, longValue(i)), Acks.ALL);
        }
        get(log.append(Batches.keyed(2_000, "last", "end"), Acks.ALL));
        long sizeBytes = log.size().sizeBytes();
        // when
        engine.keepHouse();
        // then
        List<String> left = all(log);
        assertThat(log.size().sizeBytes()).isLessThan(sizeBytes / 2);
        assertThat(left.size()).isLessThan(200);
        assertThat(left.get(left.size() - 1)).isEqualTo("400:end");
        for (int i = 393; i < 400; i++) {
            assertThat(left).contains(i + ":" + longValue(i));
        }
        assertThat(all(claimed(engines.engine(small), 2, Map.of()))).isEqualTo(left);
    }

    @Test
    void keepsACompactedLogShortBetweenTwoRoundsOfHousekeeping() {
        // given
        Map<String, String> config = Map.of("cleanup.policy", "compact", "segment.bytes", "16384");
        PartitionLog log = claimed(engines.engine(small), 1, config);
        // when
        for (int i = 0; i < 1_000; i++) {
            log.append(Batches.keyed(1_000 + i, "key " + i % 7, longValue(i)), Acks.ALL);
        }
        get(log.append(Batches.keyed(3_000, "last", "end"), Acks.ALL));
        // then
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> all(log).size() < 150);
        List<String> left = all(claimed(engines.engine(small), 2, config));
        for (int i = 993; i < 1_000; i++) {
            assertThat(left).contains(i + ":" + longValue(i));
        }
    }

    @Test
    void readsAThousandSmallEntriesInFewPieces() {
        // given
        PartitionLog log = claimed(engines.engine(small), 1, Map.of());
        for (int i = 0; i < 1_200; i++) {
            log.append(batch("v" + i), Acks.ALL);
        }
        get(log.append(batch("end"), Acks.ALL));
        // when
        PartitionLog next = claimed(engines.engine(small), 2, Map.of());
        // then
        assertThat(all(next)).hasSize(1_201).startsWith("0:v0").endsWith("1200:end");
    }

    @Test
    void deletesTheLedgersOfADeletedTopic() {
        // given
        BookKeeperLogEngine engine = engines.engine();
        get(claimed(engine, 1, Map.of()).append(batch("a"), Acks.ALL));
        Set<Long> ledgers = engines.documents().list(id).ledgerIds();
        // when
        engines.documents().deleteTopic(id);
        get(engine.delete(id));
        engine.deleteRemains();
        // then
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> engines.documents().remainsCount() == 0);
        try (Ledgers other = bookies.ledgers()) {
            assertThat(other.all()).doesNotContainAnyElementsOf(ledgers);
        }
    }

    @Test
    void tellsOfLedgersThatNobodyNamesAndDeletesThemWhenAsked() {
        // given
        BookKeeperLogEngine late =
                engines.engine(BookKeeperSettings.DEFAULTS, Clock.offset(Clock.systemUTC(), Duration.ofDays(2)));
        get(claimed(engines.engine(), 1, Map.of()).append(batch("a"), Acks.ALL));
        try (Ledgers other = bookies.ledgers()) {
            long orphan = other.create(id, 1, 0).join().handle().getId();
            Set<Long> named = engines.documents().list(id).ledgerIds();
            // when
            List<Long> young = engines.engine().sweepOrphans(true);
            List<Long> told = late.sweepOrphans(false);
            // then
            assertThat(young).isEmpty();
            assertThat(told).contains(orphan).doesNotContainAnyElementsOf(named);
            assertThat(other.all()).contains(orphan);
            late.sweepOrphans(true);
            assertThat(other.all()).doesNotContain(orphan).containsAll(named);
        }
    }
}
