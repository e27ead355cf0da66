package io.barnabas.record;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToIntFunction;

/**
 * Deals records without a key to a topic's partitions in turn, record by record. Thread-safe. Holds one counter for each
 * topic it was asked for: ask for existing topics only, and {@link #forget} those that are deleted.
 */
public final class RoundRobin {
    /** Concurrent, because producers of one topic run on many threads; a turn must never be given twice. */
    private final Map<String, AtomicLong> turns = new ConcurrentHashMap<>();

    private final ToIntFunction<String> firstTurn;

    /** Every topic starts with partition 0. */
    public RoundRobin() {
        this(topic -> 0);
    }

    /**
     * Topics start where {@code firstTurn} says, so that several nodes which each see few records need not all begin
     * with the same partition.
     */
    public RoundRobin(ToIntFunction<String> firstTurn) {
        this.firstTurn = requireNonNull(firstTurn, "firstTurn");
    }

    /** The next partition of {@code topic}, from 0 to {@code partitionCount} exclusive. */
    public int next(String topic, int partitionCount) {
        if (partitionCount < 1) {
            throw new IllegalArgumentException("a topic has at least one partition, got " + partitionCount);
        }
        AtomicLong turn = turns.get(topic);
        if (turn == null) {
            turn = turns.computeIfAbsent(topic, name -> new AtomicLong(firstTurn.applyAsInt(name)));
        }
        return (int) Math.floorMod(turn.getAndIncrement(), (long) partitionCount);
    }

    /** Drops what is remembered of a topic. */
    public void forget(String topic) {
        turns.remove(topic);
    }
}
