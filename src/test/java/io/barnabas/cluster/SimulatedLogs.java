package io.barnabas.cluster;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A store that every node reaches, with one ledger for each epoch of a partition: opening fences the ledgers before, and
 * a new one begins where these end. Remembers what was acknowledged and looks after every change whether it is there.
 */
final class SimulatedLogs {
    private final Map<PartitionKey, List<Ledger>> logs = new HashMap<>();
    private final Map<PartitionKey, Map<Long, Object>> acknowledged = new HashMap<>();
    private final Set<PlantedBug> bugs;

    SimulatedLogs(Set<PlantedBug> bugs) {
        this.bugs = bugs;
    }

    /** What was written under one epoch. */
    private static final class Ledger {
        private final int epoch;
        private final int owner;
        private final long base;
        private final List<Object> records = new ArrayList<>();
        private boolean fenced;

        Ledger(int epoch, int owner, long base) {
            this.epoch = epoch;
            this.owner = owner;
            this.base = base;
        }
    }

    /** Whether the log is open now under that epoch; not when a later one has opened it. */
    boolean open(PartitionKey key, int epoch, int owner) {
        List<Ledger> ledgers = logs.computeIfAbsent(key, absent -> new ArrayList<>());
        Ledger last = ledgers.isEmpty() ? null : ledgers.get(ledgers.size() - 1);
        if (last != null && last.epoch >= epoch) {
            return false;
        }
        if (!bugs.contains(PlantedBug.NO_FENCE_AT_OPEN)) {
            ledgers.forEach(ledger -> ledger.fenced = true);
        }
        ledgers.add(new Ledger(epoch, owner, end(key)));
        check(key);
        return true;
    }

    /** The offset of the record, acknowledged; empty when the writer was fenced. */
    OptionalLong append(PartitionKey key, int epoch, int writer, Object record) {
        Ledger ledger = writable(key, epoch);
        if (ledger == null) {
            return OptionalLong.empty();
        }
        if (ledger.owner != writer) {
            throw new BrokenPromise(
                    "node " + writer + " wrote under epoch " + ledger.epoch + " of node " + ledger.owner + ": " + key);
        }
        ledger.records.add(record);
        long offset = ledger.base + ledger.records.size() - 1;
        Object before =
                acknowledged.computeIfAbsent(key, absent -> new HashMap<>()).put(offset, record);
        if (before != null && before != record) {
            throw new BrokenPromise("offset " + offset + " of " + key + " was given twice");
        }
        check(key);
        return OptionalLong.of(offset);
    }

    private Ledger writable(PartitionKey key, int epoch) {
        List<Ledger> ledgers = logs.getOrDefault(key, List.of());
        if (bugs.contains(PlantedBug.NO_EPOCH_CHECK_ON_WRITE)) {
            return ledgers.isEmpty() ? null : ledgers.get(ledgers.size() - 1);
        }
        return ledgers.stream()
                .filter(ledger -> ledger.epoch == epoch && !ledger.fenced)
                .findFirst()
                .orElse(null);
    }

    /** What a reader sees: of each ledger only what lies before the next. */
    List<Object> visible(PartitionKey key) {
        List<Object> seen = new ArrayList<>();
        List<Ledger> ledgers = logs.getOrDefault(key, List.of());
        for (int i = 0; i < ledgers.size(); i++) {
            Ledger ledger = ledgers.get(i);
            long end = i + 1 < ledgers.size() ? ledgers.get(i + 1).base : Long.MAX_VALUE;
            for (int r = 0; r < ledger.records.size() && ledger.base + r < end; r++) {
                seen.add(ledger.records.get(r));
            }
        }
        return seen;
    }

    long end(PartitionKey key) {
        List<Ledger> ledgers = logs.getOrDefault(key, List.of());
        if (ledgers.isEmpty()) {
            return 0;
        }
        Ledger last = ledgers.get(ledgers.size() - 1);
        return last.base + last.records.size();
    }

    int acknowledgedCount() {
        return acknowledged.values().stream().mapToInt(Map::size).sum();
    }

    private void check(PartitionKey key) {
        List<Object> seen = visible(key);
        acknowledged.getOrDefault(key, Map.of()).forEach((offset, record) -> {
            if (offset >= seen.size() || seen.get(offset.intValue()) != record) {
                throw new BrokenPromise("acknowledged record at offset " + offset + " of " + key + " is lost");
            }
        });
    }
}
