package io.barnabas.figures;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Which member has which partitions, as the members hear it. Guarded by itself: members tell it from their own threads.
 */
final class Holders {
    private final int partitions;
    private final Map<String, Held> members = new HashMap<>();
    private int expected;
    private CompletableFuture<Long> settled = new CompletableFuture<>();

    Holders(int partitions) {
        this.partitions = partitions;
    }

    private record Held(int generation, Set<Integer> partitions) {}

    /**
     * Completes with the moment, in nanoseconds, from which so many members of one generation have all partitions among
     * them, each once. That must not be so already.
     */
    synchronized CompletableFuture<Long> settled(int memberCount) {
        expected = memberCount;
        settled = new CompletableFuture<>();
        return settled;
    }

    synchronized void assigned(String member, int generation, Set<Integer> assigned) {
        members.put(member, new Held(generation, Set.copyOf(assigned)));
        look();
    }

    synchronized void revoked(String member, Set<Integer> revoked) {
        members.computeIfPresent(member, (name, held) -> {
            Set<Integer> left = new HashSet<>(held.partitions);
            left.removeAll(revoked);
            return new Held(held.generation, Set.copyOf(left));
        });
    }

    synchronized void left(String member) {
        members.remove(member);
        look();
    }

    private void look() {
        Set<Integer> all = new HashSet<>();
        Set<Integer> generations = new HashSet<>();
        int count = 0;
        for (Held held : members.values()) {
            generations.add(held.generation);
            count += held.partitions.size();
            all.addAll(held.partitions);
        }
        if (members.size() == expected && generations.size() == 1 && count == partitions && all.size() == partitions) {
            settled.complete(System.nanoTime());
        }
    }

    static long within(CompletableFuture<Long> settled) throws Exception {
        return settled.get(Figures.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
}
