package io.barnabas.cluster;

import io.barnabas.group.SimulatedCoordinator;
import io.barnabas.record.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The members of one group, and what was promised to them. */
final class SimulatedConsumers implements SimulatedCoordinator.Members {
    static final String GROUP = "billing";
    private static final String TOPIC = Simulation.ORDERS.name();

    private final Simulation world;
    private final List<Consumer> all = new ArrayList<>();
    private final SortedMap<TopicPartition, Long> committed = new TreeMap<>();
    private final Map<Integer, Map<TopicPartition, String>> readers = new HashMap<>();
    private int commits;

    SimulatedConsumers(Simulation world) {
        this.world = world;
    }

    /** One member. */
    private static final class Consumer {
        private Optional<String> memberId = Optional.empty();
        private Optional<SimulatedCoordinator> coordinator = Optional.empty();
        private int generation;
        private final Map<TopicPartition, Long> positions = new TreeMap<>();
        private long silentUntilMs;
    }

    void join(int count) {
        for (int i = 0; i < count; i++) {
            all.add(new Consumer());
        }
    }

    int committedCount() {
        return commits;
    }

    /** Each does something now and then. */
    void step(boolean faulty) {
        for (Consumer consumer : all) {
            if (faulty && world.nowMs < consumer.silentUntilMs) {
                continue;
            }
            switch (world.random.nextInt(24)) {
                case 0, 1 -> heartbeat(consumer);
                case 2 -> commit(consumer);
                case 3, 4, 5 -> read(consumer);
                case 6 -> fallSilent(consumer);
                default -> {}
            }
        }
    }

    private void heartbeat(Consumer consumer) {
        world.toOwner(Simulation.JOURNAL, node -> node.coordinator().ifPresent(groups -> {
            if (consumer.memberId.isEmpty() || !consumer.coordinator.equals(Optional.of(groups))) {
                // Another coordinator: what the one before had to say may be lost, so it is joined again.
                consumer.coordinator = Optional.of(groups);
                consumer.memberId = groups.join(GROUP, consumer.memberId, TOPIC, world.nowMs);
            } else if (!groups.heartbeat(GROUP, consumer.memberId.get(), world.nowMs)) {
                consumer.memberId = Optional.empty();
                consumer.positions.clear();
            }
        }));
    }

    private void fallSilent(Consumer consumer) {
        if (world.random.nextInt(8) == 0) {
            consumer.silentUntilMs = world.nowMs + world.random.nextInt(14_000);
        }
    }

    private void read(Consumer consumer) {
        consumer.positions.replaceAll((partition, position) -> {
            int end = world.logs.visible(Simulation.key(partition)).size();
            return Math.min(end, position + world.random.nextInt(4));
        });
    }

    private void commit(Consumer consumer) {
        if (consumer.positions.isEmpty() || consumer.memberId.isEmpty()) {
            return;
        }
        List<TopicPartition> read = new ArrayList<>(consumer.positions.keySet());
        TopicPartition partition = read.get(world.random.nextInt(read.size()));
        long offset = consumer.positions.get(partition);
        int generation = consumer.generation;
        String memberId = consumer.memberId.get();
        // A long way: it may come to the coordinator when the member has long been put out.
        world.after(
                world.random.nextInt(4_000),
                () -> world.toOwner(
                        Simulation.JOURNAL, node -> node.coordinator().ifPresent(groups -> {
                            boolean accepted = world.bugs.contains(PlantedBug.COMMIT_FROM_OLD_GENERATION)
                                    ? groups.commitUnchecked(GROUP, partition, offset)
                                    : groups.commit(GROUP, memberId, generation, partition, offset, world.nowMs);
                            if (accepted) {
                                committed(partition, offset, memberId, generation);
                            }
                        })));
    }

    private void committed(TopicPartition partition, long offset, String memberId, int generation) {
        long before = committed.getOrDefault(partition, 0L);
        String reader = readers.getOrDefault(generation, Map.of()).get(partition);
        boolean late = offset < before && memberId.equals(reader) && isNewest(partition, generation);
        if (offset < before && !late) {
            throw new BrokenPromise(
                    "the committed offset of " + partition + " went back from " + before + " to " + offset);
        }
        committed.put(partition, offset);
        commits++;
    }

    /** A member's own commits may overtake each other on their way; what must not is one of an earlier reader. */
    private boolean isNewest(TopicPartition partition, int generation) {
        return readers.entrySet().stream()
                .filter(entry -> entry.getValue().containsKey(partition))
                .allMatch(entry -> entry.getKey() <= generation
                        || entry.getValue()
                                .get(partition)
                                .equals(readers.get(generation).get(partition)));
    }

    /** A coordinator has read its journal: every commit that was answered must be in it. */
    void loaded(SortedMap<TopicPartition, Long> found) {
        if (!found.equals(committed)) {
            throw new BrokenPromise("a new coordinator knows " + found + ", committed was " + committed);
        }
    }

    @Override
    public void assigned(String memberId, int generation, Map<TopicPartition, Long> positions) {
        Map<TopicPartition, String> known = readers.computeIfAbsent(generation, any -> new HashMap<>());
        positions.keySet().forEach(partition -> {
            String other = known.putIfAbsent(partition, memberId);
            if (other != null && !other.equals(memberId)) {
                throw new BrokenPromise("generation " + generation + " gives " + partition + " to two members");
            }
        });
        consumer(memberId).ifPresent(consumer -> {
            consumer.generation = generation;
            consumer.positions.keySet().retainAll(positions.keySet());
            positions.forEach(consumer.positions::putIfAbsent);
        });
    }

    @Override
    public void revoked(String memberId, int generation, Set<TopicPartition> partitions) {
        consumer(memberId).ifPresent(consumer -> {
            consumer.positions.keySet().removeAll(partitions);
            world.after(
                    world.random.nextInt(500),
                    () -> world.toOwner(Simulation.JOURNAL, node -> node.coordinator()
                            .ifPresent(groups -> groups.released(GROUP, memberId, partitions, world.nowMs))));
        });
    }

    @Override
    public void removed(String memberId) {
        consumer(memberId).ifPresent(consumer -> {
            consumer.memberId = Optional.empty();
            consumer.positions.clear();
        });
    }

    void requireAllRead() {
        Map<TopicPartition, Integer> counts = new TreeMap<>();
        all.forEach(
                consumer -> consumer.positions.keySet().forEach(partition -> counts.merge(partition, 1, Integer::sum)));
        if (counts.size() < Simulation.ORDERS.partitionCount()) {
            throw new NotHealed("partitions without a reader in the end, read are " + counts);
        }
    }

    private Optional<Consumer> consumer(String memberId) {
        return all.stream()
                .filter(consumer -> consumer.memberId.equals(Optional.of(memberId)))
                .findFirst();
    }
}
