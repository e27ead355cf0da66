package io.barnabas.load;

import io.barnabas.load.Findings.Kind;
import java.util.List;

/**
 * Holds what producers were told against what consumers read. A record whose answer never came may or may not be there;
 * a refused one must not. Pure.
 */
final class Checker {
    private Checker() {}

    /**
     * Everything that is wrong, the readings' own findings included.
     *
     * @param ledgers by producer
     * @param readings by consumer; who shares the partitions with others sees a part, and all together must be whole
     * @param shared whether the readings together are one pass over the log; otherwise each is
     */
    static Findings check(Keys keys, List<Ledger> ledgers, List<Reading> readings, boolean shared) {
        Findings findings = new Findings();
        readings.forEach(reading -> findings.addAll(reading.findings()));
        for (int producer = 0; producer < ledgers.size(); producer++) {
            checkAnswers(producer, ledgers.get(producer), findings);
            if (shared && !readings.isEmpty()) {
                checkPass(keys, producer, ledgers.get(producer), readings, findings);
            } else {
                for (Reading reading : readings) {
                    checkPass(keys, producer, ledgers.get(producer), List.of(reading), findings);
                }
            }
        }
        return findings;
    }

    private static void checkAnswers(int producer, Ledger ledger, Findings findings) {
        for (long i = 0; i < ledger.answeredTwice(); i++) {
            findings.add(Kind.ANSWERED_TWICE, "producer " + producer);
        }
    }

    private static void checkPass(Keys keys, int producer, Ledger ledger, List<Reading> pass, Findings findings) {
        for (int sequence = 0; sequence < ledger.records(); sequence++) {
            Reading reader = reader(pass, producer, sequence);
            if (reader == null) {
                if (ledger.isStored(sequence)) {
                    findings.add(Kind.LOST, name(keys, producer, sequence));
                }
            } else if (ledger.isRefused(sequence)) {
                findings.add(Kind.REFUSED_BUT_STORED, name(keys, producer, sequence));
            } else if (ledger.contradicts(sequence, reader.offset(producer, sequence))) {
                findings.add(
                        Kind.MOVED,
                        name(keys, producer, sequence) + " read at offset " + reader.offset(producer, sequence));
            }
        }
    }

    private static Reading reader(List<Reading> pass, int producer, int sequence) {
        for (Reading reading : pass) {
            if (reading.has(producer, sequence)) {
                return reading;
            }
        }
        return null;
    }

    private static String name(Keys keys, int producer, int sequence) {
        return "producer " + producer + " sequence " + sequence + " of partition " + keys.partition(producer, sequence);
    }
}
