package io.barnabas.cluster;

import io.barnabas.cluster.Snapshot.Registered;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which part each live node has in the placement of partitions. Pure.
 *
 * <pre>
 *                       draining   impaired               recovering   able
 * nobody is impaired    gives      -                      keeps        takes
 * some able ones have   gives      gives                  keeps        takes, if it has shown that it stores
 *   shown that they store                                              since the last became impaired; else keeps
 * none has (yet)        gives      keeps                  keeps        takes what has to go somewhere
 * there is no able one  gives      keeps; takes when      takes        -
 *                                  nobody recovers
 * </pre>
 *
 * <p>That one node cannot store says nothing about the others: it may be the network of that one, or too few bookies for
 * all. What it has is read where it is as long as that is so, and nobody could take it over, so it moves only to nodes
 * that have tried since and could.
 *
 * @param takers nodes that can be given partitions, each with its zone
 * @param leaving nodes that give up what they have
 * @param keeping nodes that keep what they have and are given nothing
 * @param evens whether partitions move just to make counts even: not while it is open whether anybody can store
 */
record NodeRoles(SortedMap<Integer, String> takers, Set<Integer> leaving, Set<Integer> keeping, boolean evens) {
    static NodeRoles of(SortedMap<Integer, Registered> nodes) {
        long lastImpaired = lastImpaired(nodes, -1);
        SortedMap<Integer, String> proven = new TreeMap<>();
        SortedMap<Integer, String> able = new TreeMap<>();
        SortedMap<Integer, String> recovering = new TreeMap<>();
        SortedMap<Integer, String> impaired = new TreeMap<>();
        Set<Integer> leaving = new TreeSet<>();
        for (Map.Entry<Integer, Registered> entry : nodes.entrySet()) {
            Registered node = entry.getValue();
            if (node.draining()) {
                leaving.add(entry.getKey());
                continue;
            }
            SortedMap<Integer, String> alike =
                    switch (node.storage().state()) {
                        case ABLE -> able;
                        case RECOVERING -> recovering;
                        case IMPAIRED -> impaired;
                    };
            alike.put(entry.getKey(), node.zone());
            if (alike == able && node.storage().proof() >= lastImpaired) {
                proven.put(entry.getKey(), node.zone());
            }
        }
        if (!proven.isEmpty()) {
            leaving.addAll(impaired.keySet());
        }
        SortedMap<Integer, String> takers = firstOf(proven, able, recovering, impaired);
        Set<Integer> keeping = new TreeSet<>(nodes.keySet());
        keeping.removeAll(leaving);
        keeping.removeAll(takers.keySet());
        return new NodeRoles(takers, leaving, keeping, !proven.isEmpty());
    }

    /**
     * The change with which the last of the impaired nodes said so, without those that leave anyway; 0 when there is none.
     *
     * @param except this node does not count
     */
    static long lastImpaired(SortedMap<Integer, Registered> nodes, int except) {
        return nodes.entrySet().stream()
                .filter(node -> node.getKey() != except)
                .map(Map.Entry::getValue)
                .filter(node -> !node.draining() && node.storage().state() == StorageState.IMPAIRED)
                .mapToLong(Registered::changeId)
                .max()
                .orElse(0);
    }

    @SafeVarargs
    private static SortedMap<Integer, String> firstOf(SortedMap<Integer, String>... groups) {
        for (SortedMap<Integer, String> group : groups) {
            if (!group.isEmpty()) {
                return group;
            }
        }
        return new TreeMap<>();
    }
}
