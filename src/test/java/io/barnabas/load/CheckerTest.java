package io.barnabas.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.load.Findings.Kind;
import io.barnabas.record.Acks;
import io.barnabas.record.Compression;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** Plants each kind of fault in a log that is otherwise sound, and expects it to be found, and nothing else. */
class CheckerTest {
    private static final int RECORDS = 40;
    private static final int SIZE = 64;

    /** A record of the log under test: who sent it, and where. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Stored(int producer, int sequence, int partition, byte[] key, byte[] value) {}

    private final Workload workload = workload(2, false);
    private final Payload payload = new Payload(SIZE);
    private final Keys keys = new Keys(workload.keys(), workload.partitions());
    private final List<List<Stored>> log = log();
    private final List<Ledger> ledgers = ledgers();

    @Test
    void findsNothingInASoundLog() {
        // when
        Findings findings = check(read(log));
        // then
        assertThat(findings.lines()).isEmpty();
        assertThat(findings.clean()).isTrue();
    }

    @Test
    void findsAnAcknowledgedRecordThatIsMissingAtTheEnd() {
        // given
        log.get(1).remove(log.get(1).size() - 1);
        // when
        Findings findings = check(read(log));
        // then
        assertOnly(findings, Kind.LOST, 1);
    }

    @Test
    void findsALossInTheMiddleByItsGap() {
        // given: the offset was given away and never read
        Reading reading = reading();
        deliver(reading, log.get(0), 0, 5);
        deliverFrom(reading, log.get(0), 6);
        deliver(reading, log.get(1), 0, log.get(1).size());
        // when
        Findings findings = check(reading);
        // then
        assertThat(findings.count(Kind.LOST)).isEqualTo(1);
        assertThat(findings.count(Kind.GAP)).isEqualTo(1);
    }

    @Test
    void findsARecordStoredTwice() {
        // given
        log.get(0).add(log.get(0).get(log.get(0).size() - 1));
        // when
        Findings findings = check(read(log));
        // then
        assertOnly(findings, Kind.DUPLICATE, 1);
    }

    @Test
    void findsARecordDeliveredTwice() {
        // given
        Reading reading = read(log);
        // when
        deliverFrom(reading, log.get(0), log.get(0).size() - 1);
        // then
        Findings findings = check(reading);
        assertThat(findings.count(Kind.DUPLICATE)).isEqualTo(1);
        assertThat(findings.count(Kind.GAP)).isEqualTo(1);
    }

    @Test
    void findsTwoRecordsOfAProducerSwapped() {
        // given
        Collections.swap(log.get(0), 3, 5);
        // when
        Findings findings = check(read(log));
        // then
        assertThat(findings.count(Kind.REORDERED)).isPositive();
        assertThat(findings.count(Kind.MOVED)).isEqualTo(2);
        assertThat(findings.count(Kind.LOST)).isZero();
    }

    @Test
    void findsARecordInAnotherPartition() {
        // given
        log.get(0).add(log.get(1).remove(log.get(1).size() - 1));
        // when
        Findings findings = check(read(log));
        // then
        assertThat(findings.count(Kind.STRAY)).isEqualTo(1);
        assertThat(findings.count(Kind.LOST)).isEqualTo(1);
    }

    @Test
    void findsARecordAtAnotherOffsetThanAnswered() {
        // given
        ledgers.get(0).stored(0, 7);
        // when
        Findings findings = check(read(log));
        // then
        assertThat(findings.count(Kind.MOVED)).isEqualTo(1);
        assertThat(findings.count(Kind.ANSWERED_TWICE)).isEqualTo(1);
    }

    @Test
    void findsARefusedRecordThatWasStored() {
        // given
        Ledger ledger = new Ledger(workload.recordsOf(0));
        ledger.refused(4);
        ledgers.set(0, ledger);
        // when
        Findings findings = check(read(log));
        // then
        assertOnly(findings, Kind.REFUSED_BUT_STORED, 1);
    }

    @Test
    void leavesARecordAloneWhoseAnswerNeverCame() {
        // given
        ledgers.set(0, new Ledger(workload.recordsOf(0)));
        log.get(0).removeIf(stored -> stored.producer() == 0 && stored.sequence() == workload.recordsOf(0) - 2);
        ledgers.set(1, new Ledger(workload.recordsOf(1)));
        // when
        Findings findings = check(read(log));
        // then
        assertThat(findings.lines()).isEmpty();
    }

    @Test
    void findsAFlippedBitInAValueAndInAKey() {
        // given
        Stored first = log.get(0).get(0);
        byte[] value = first.value().clone();
        value[40] ^= 2;
        log.get(0).set(0, new Stored(first.producer(), first.sequence(), 0, first.key(), value));
        Stored second = log.get(1).get(1);
        byte[] key = second.key().clone();
        key[1] ^= 2;
        log.get(1).set(1, new Stored(second.producer(), second.sequence(), 1, key, second.value()));
        // when
        Findings findings = check(read(log));
        // then
        assertThat(findings.count(Kind.DAMAGED)).isEqualTo(2);
        assertThat(findings.count(Kind.LOST)).isEqualTo(1);
    }

    @Test
    void wantsEveryConsumerToReadEverythingWhenTheyDoNotShare() {
        // given
        Reading whole = read(log);
        log.get(1).remove(log.get(1).size() - 1);
        Reading short1 = read(log);
        // when
        Findings shared = Checker.check(keys, ledgers, List.of(whole, short1), true);
        Findings alone = Checker.check(keys, ledgers, List.of(whole, short1), false);
        // then
        assertThat(shared.lines()).isEmpty();
        assertOnly(alone, Kind.LOST, 1);
    }

    @Test
    void saysWhichRecordItWas() {
        // given
        Stored last = log.get(1).remove(log.get(1).size() - 1);
        // when
        Findings findings = check(read(log));
        // then
        assertThat(findings.lines())
                .containsExactly(
                        "LOST 1: producer " + last.producer() + " sequence " + last.sequence() + " of partition 1");
    }

    private static Workload workload(int producers, boolean fanOut) {
        return new Workload(
                RECORDS,
                SIZE,
                5,
                2,
                producers,
                1,
                fanOut,
                0,
                Acks.LEADER,
                false,
                new Workload.Batching(1, 1, 0, 1, 1, 1, 1, Compression.NONE),
                1);
    }

    private List<List<Stored>> log() {
        List<List<Stored>> partitions = new ArrayList<>();
        partitions.add(new ArrayList<>());
        partitions.add(new ArrayList<>());
        for (int i = 0; i < RECORDS; i++) {
            int producer = i % 2;
            int sequence = i / 2;
            byte[] value = new byte[SIZE];
            payload.write(value, producer, sequence, 1_000L + i);
            int partition = keys.partition(producer, sequence);
            partitions.get(partition).add(new Stored(producer, sequence, partition, keys.key(sequence), value));
        }
        return partitions;
    }

    private List<Ledger> ledgers() {
        List<Ledger> told = new ArrayList<>(List.of(new Ledger(RECORDS / 2), new Ledger(RECORDS / 2)));
        for (List<Stored> partition : log) {
            for (int offset = 0; offset < partition.size(); offset++) {
                Stored stored = partition.get(offset);
                told.get(stored.producer()).stored(stored.sequence(), offset);
            }
        }
        return told;
    }

    private Reading reading() {
        return new Reading(workload, payload, keys, () -> 5_000L, new Histogram(1_000_000, 3));
    }

    private Reading read(List<List<Stored>> partitions) {
        Reading reading = reading();
        for (List<Stored> partition : partitions) {
            deliver(reading, partition, 0, partition.size());
        }
        return reading;
    }

    private void deliverFrom(Reading reading, List<Stored> partition, int from) {
        deliver(reading, partition, from, partition.size());
    }

    private void deliver(Reading reading, List<Stored> partition, int from, int to) {
        reading.arrived();
        for (int offset = from; offset < to; offset++) {
            Stored stored = partition.get(offset);
            reading.record(
                    log.indexOf(partition),
                    offset,
                    stored.key(),
                    0,
                    stored.key().length,
                    stored.value(),
                    0,
                    stored.value().length);
        }
    }

    private Findings check(Reading reading) {
        return Checker.check(keys, ledgers, List.of(reading), true);
    }

    private static void assertOnly(Findings findings, Kind kind, long count) {
        assertThat(findings.count(kind)).isEqualTo(count);
        assertThat(findings.lines()).hasSize(1);
    }
}
