package io.barnabas.testing.history;

import io.barnabas.testing.history.Event.Promise;
import io.barnabas.testing.history.Verdict.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;

/**
 * A topic of two partitions in memory with clients, in one thread from a seed, that keeps what a log promises or breaks
 * it in one way, at a time of its choosing. Answers get lost and owners change either way.
 */
final class FaultyTopic {
    /** The way it breaks its promises, and what the checker should call it. */
    enum Fault {
        NONE(null),
        FORGETS_THE_END_WHEN_THE_OWNER_CHANGES(Kind.LOST),
        ANSWERS_BEFORE_IT_STORES_AND_DOES_NOT(Kind.LOST),
        STORES_A_REPEAT_OF_AN_IDEMPOTENT_PRODUCER(Kind.DUPLICATE),
        SWAPS_TWO_RECORDS(Kind.REORDERED),
        LETS_A_LATER_REQUEST_OVERTAKE(Kind.REORDERED),
        SKIPS_A_RECORD_FOR_A_READER(Kind.GAP),
        GIVES_A_RECORD_TWICE_TO_A_READER(Kind.GAP),
        ANSWERS_WITH_A_WRONG_OFFSET(Kind.MOVED),
        STORES_WHAT_NOBODY_SENT(Kind.STRAY),
        STORES_WHAT_IT_REFUSED(Kind.REFUSED_BUT_STORED),
        GIVES_ONE_OFFSET_TWICE(Kind.ACKNOWLEDGED_TWICE),
        SHOWS_WHAT_IS_TAKEN_BACK(Kind.CHANGED),
        LETS_TWO_NODES_OWN_A_PARTITION(Kind.TWO_OWNERS),
        GIVES_A_PARTITION_TO_TWO_MEMBERS(Kind.TWO_OWNERS),
        SENDS_RECORDS_AFTER_REVOKING(Kind.NOT_OWNED),
        FORGETS_A_COMMIT(Kind.COMMIT_LOST),
        RESUMES_A_GROUP_TOO_FAR(Kind.NOT_DELIVERED);

        final Kind kind;

        Fault(Kind kind) {
            this.kind = kind;
        }
    }

    private static final int PARTITIONS = 2;
    private static final int STEPS = 120;
    private static final int FAULT_FROM = 40;

    private final Fault fault;
    private final Random random;
    private final History history = new History();
    private final List<List<String>> log = List.of(new ArrayList<>(), new ArrayList<>());
    private final List<ProducerRecorder> producers =
            List.of(history.producer("once", Promise.EXACTLY_ONCE), history.producer("again", Promise.AT_LEAST_ONCE));
    private final ReaderRecorder follower = history.reader("follower");
    private final long[] followed = new long[PARTITIONS];
    private final long[] committed = new long[PARTITIONS];
    private final long[] position = new long[PARTITIONS];
    private final MemberRecorder[] members = {history.member("g", "m0"), history.member("g", "m1")};
    private int generation;
    private int epoch;
    private int sent;
    private boolean faulty;

    FaultyTopic(Fault fault, long seed) {
        this.fault = fault;
        this.random = new Random(seed);
    }

    History run() {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            follower.began(partition, 0);
        }
        rebalance();
        changeOwner();
        for (int step = 0; step < STEPS; step++) {
            faulty = step == FAULT_FROM;
            if (faulty) {
                breakPromise();
            }
            switch (random.nextInt(8)) {
                case 0 -> changeOwner();
                case 1 -> rebalance();
                case 2, 3 -> follow();
                case 4 -> consume();
                default -> produce(random.nextInt(PARTITIONS));
            }
        }
        finish();
        return history;
    }

    private void produce(int partition) {
        int who = random.nextInt(producers.size());
        ProducerRecorder producer = producers.get(who);
        String value = "v" + sent++;
        producer.sending(value);
        int fate = random.nextInt(10);
        if (fate == 0) {
            producer.refused(value);
        } else if (fate == 1) { // never arrived, never answered
            return;
        } else if (fate == 2) { // stored, its answer is lost; sent again
            long offset = store(partition, value);
            producer.sending(value);
            if (who == 1) {
                offset = store(partition, value);
            }
            producer.acknowledged(value, partition, offset);
        } else {
            producer.acknowledged(value, partition, store(partition, value));
        }
    }

    private long store(int partition, String value) {
        log.get(partition).add(value);
        return log.get(partition).size() - 1L;
    }

    private void changeOwner() {
        epoch++;
        for (int partition = 0; partition < PARTITIONS; partition++) {
            history.owner("node-" + random.nextInt(3), partition, epoch);
        }
    }

    private void rebalance() {
        generation++;
        for (MemberRecorder member : members) {
            member.assigned(generation, Map.of());
        }
        for (int partition = 0; partition < PARTITIONS; partition++) {
            position[partition] = committed[partition];
        }
        boolean swapped = random.nextBoolean();
        members[0].assigned(generation, from(swapped ? 1 : 0));
        members[1].assigned(generation, from(swapped ? 0 : 1));
        owners = swapped ? new int[] {1, 0} : new int[] {0, 1};
    }

    private int[] owners = {0, 1};

    private Map<Integer, OptionalLong> from(int partition) {
        return new TreeMap<>(Map.of(partition, OptionalLong.of(committed[partition])));
    }

    private void follow() {
        int partition = random.nextInt(PARTITIONS);
        while (followed[partition] < log.get(partition).size()) {
            follower.read(partition, followed[partition], at(partition, followed[partition]));
            followed[partition]++;
        }
    }

    private void consume() {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            while (position[partition] < log.get(partition).size()) {
                members[owners[partition]].read(partition, position[partition], at(partition, position[partition]));
                position[partition]++;
            }
            if (random.nextInt(3) > 0) {
                committed[partition] = position[partition];
                members[owners[partition]].committed(partition, committed[partition]);
            }
        }
    }

    private String at(int partition, long offset) {
        return log.get(partition).get((int) offset);
    }

    private void finish() {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            ReaderRecorder last = history.reader("last-" + partition);
            last.began(partition, 0);
            for (int offset = 0; offset < log.get(partition).size(); offset++) {
                last.read(partition, offset, at(partition, offset));
            }
            last.ended(partition, log.get(partition).size());
        }
        consume();
        history.drained("g");
    }

    private void told(String value) {
        producers.get(0).sending(value);
    }

    /** Two records that were sent and acknowledged in this order, at the end of partition 0; gives the offset of the first. */
    private long pair() {
        told("p");
        producers.get(0).acknowledged("p", 0, store(0, "p"));
        told("q");
        producers.get(0).acknowledged("q", 0, store(0, "q"));
        return log.get(0).size() - 2L;
    }

    private void breakPromise() {
        List<String> first = log.get(0);
        switch (fault) {
            case NONE -> pair();
            case FORGETS_THE_END_WHEN_THE_OWNER_CHANGES -> {
                pair();
                first.remove(first.size() - 1);
                changeOwner();
            }
            case ANSWERS_BEFORE_IT_STORES_AND_DOES_NOT -> {
                told("x");
                producers.get(0).acknowledged("x", 0, first.size());
            }
            case STORES_A_REPEAT_OF_AN_IDEMPOTENT_PRODUCER -> {
                told("x");
                store(0, "x");
                told("x");
                producers.get(0).acknowledged("x", 0, store(0, "x"));
            }
            case SWAPS_TWO_RECORDS -> {
                long at = pair();
                first.set((int) at, "q");
                first.set((int) at + 1, "p");
            }
            case LETS_A_LATER_REQUEST_OVERTAKE -> {
                told("x");
                told("y");
                producers.get(0).acknowledged("y", 0, store(0, "y"));
                producers.get(0).acknowledged("x", 0, store(0, "x"));
            }
            case SKIPS_A_RECORD_FOR_A_READER -> {
                pair();
                followed[0] = first.size() - 1L;
            }
            case GIVES_A_RECORD_TWICE_TO_A_READER -> {
                pair();
                followed[0] = first.size();
                follower.read(0, first.size() - 1L, "q");
                follower.read(0, first.size() - 1L, "q");
            }
            case ANSWERS_WITH_A_WRONG_OFFSET -> {
                told("x");
                producers.get(0).acknowledged("x", 0, store(0, "x") + 1_000_000);
            }
            case STORES_WHAT_NOBODY_SENT -> store(0, "x");
            case STORES_WHAT_IT_REFUSED -> {
                told("x");
                store(0, "x");
                producers.get(0).refused("x");
            }
            case GIVES_ONE_OFFSET_TWICE -> {
                long at = pair();
                told("x");
                producers.get(0).acknowledged("x", 0, at);
                store(0, "x");
            }
            case SHOWS_WHAT_IS_TAKEN_BACK -> {
                told("x");
                store(0, "x");
                ReaderRecorder early = history.reader("early");
                early.began(0, first.size() - 1L);
                early.read(0, first.size() - 1L, "x");
                first.remove(first.size() - 1);
                followed[0] = Math.min(followed[0], first.size());
                position[0] = Math.min(position[0], first.size());
                pair();
            }
            case LETS_TWO_NODES_OWN_A_PARTITION -> history.owner("node-3", 0, epoch);
            case GIVES_A_PARTITION_TO_TWO_MEMBERS ->
                members[1 - owners[0]].assigned(
                        generation, Map.of(0, OptionalLong.of(committed[0]), 1, OptionalLong.of(committed[1])));
            case SENDS_RECORDS_AFTER_REVOKING -> {
                pair();
                members[owners[0]].revoked(List.of(0));
                members[owners[0]].read(0, first.size() - 1L, "q");
            }
            case FORGETS_A_COMMIT -> {
                pair();
                consume();
                members[owners[0]].committed(0, first.size());
                committed[0] = first.size() - 1L;
                rebalance();
            }
            case RESUMES_A_GROUP_TOO_FAR -> {
                pair();
                committed[0] = first.size();
                rebalance();
            }
        }
    }
}
