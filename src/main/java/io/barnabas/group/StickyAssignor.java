package io.barnabas.group;

import io.barnabas.record.TopicPartition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * As even as subscriptions allow, then with as few partitions changing hands as possible.
 *
 * <p>Everybody keeps what is still theirs; what is free goes to whoever has least; then, while somebody has two more
 * than somebody else who can be reached, one partition moves along the shortest chain of members between the two. Each
 * such step makes the assignment strictly more even, so it ends. Where all subscribe to the same topics a chain is one
 * move and the number of moves is the least possible.
 */
record StickyAssignor() implements Assignor {
    @Override
    public String name() {
        return "sticky";
    }

    @Override
    public SortedMap<String, SortedSet<TopicPartition>> assign(Input input) {
        SortedMap<String, SortedSet<TopicPartition>> assignment = input.nothingAssigned();
        SortedSet<TopicPartition> free = keepCurrent(input, assignment);
        dealOut(input, free, assignment);
        while (evenOut(input, assignment)) {
            // One chain a turn; the loads it is judged by change with each.
        }
        return assignment;
    }

    private static SortedSet<TopicPartition> keepCurrent(
            Input input, SortedMap<String, SortedSet<TopicPartition>> assignment) {
        SortedSet<TopicPartition> free = new TreeSet<>();
        for (String topic : input.topics()) {
            for (int partition = 0; partition < input.partitionCount(topic); partition++) {
                free.add(new TopicPartition(topic, partition));
            }
        }
        assignment.forEach((member, partitions) -> {
            for (TopicPartition held : new TreeSet<>(input.current().getOrDefault(member, Set.of()))) {
                if (input.topicsByMember().get(member).contains(held.topic()) && free.remove(held)) {
                    partitions.add(held);
                }
            }
        });
        return free;
    }

    private static void dealOut(
            Input input, SortedSet<TopicPartition> free, SortedMap<String, SortedSet<TopicPartition>> assignment) {
        Map<String, List<String>> membersByTopic = new HashMap<>();
        input.topics().forEach(topic -> membersByTopic.put(topic, input.membersOf(topic)));
        List<TopicPartition> hardestFirst = new ArrayList<>(free);
        hardestFirst.sort(Comparator.comparingInt(
                partition -> membersByTopic.get(partition.topic()).size()));
        for (TopicPartition partition : hardestFirst) {
            String least = Collections.min(
                    membersByTopic.get(partition.topic()),
                    Comparator.comparingInt(member -> assignment.get(member).size()));
            assignment.get(least).add(partition);
        }
    }

    /** Moves one partition along one chain from a member with too many; false when nobody has. */
    private static boolean evenOut(Input input, SortedMap<String, SortedSet<TopicPartition>> assignment) {
        List<String> fullestFirst = new ArrayList<>(assignment.keySet());
        fullestFirst.sort(Comparator.comparingInt(
                        (String member) -> assignment.get(member).size())
                .reversed());
        int least = assignment.values().stream().mapToInt(Set::size).min().orElse(0);
        for (String from : fullestFirst) {
            if (assignment.get(from).size() < least + 2) {
                return false;
            }
            Optional<List<String>> chain = chainToPoorest(input, assignment, from);
            if (chain.isPresent()) {
                passAlong(input, assignment, chain.get());
                return true;
            }
        }
        return false;
    }

    /** The shortest chain to the member with least among those that {@code from} can reach and that have two fewer. */
    private static Optional<List<String>> chainToPoorest(
            Input input, SortedMap<String, SortedSet<TopicPartition>> assignment, String from) {
        Map<String, String> reachedFrom = new HashMap<>();
        Set<String> topicsSeen = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(from));
        String poorest = from;
        while (!open.isEmpty()) {
            String giver = open.poll();
            for (TopicPartition partition : assignment.get(giver)) {
                if (!topicsSeen.add(partition.topic())) {
                    continue;
                }
                for (String taker : input.membersOf(partition.topic())) {
                    if (!taker.equals(from) && reachedFrom.putIfAbsent(taker, giver) == null) {
                        open.add(taker);
                        poorest = assignment.get(taker).size()
                                        < assignment.get(poorest).size()
                                ? taker
                                : poorest;
                    }
                }
            }
        }
        if (assignment.get(from).size() < assignment.get(poorest).size() + 2) {
            return Optional.empty();
        }
        List<String> chain = new ArrayList<>(List.of(poorest));
        for (String member = poorest; !member.equals(from); ) {
            member = reachedFrom.get(member);
            chain.add(member);
        }
        Collections.reverse(chain);
        return Optional.of(chain);
    }

    private static void passAlong(
            Input input, SortedMap<String, SortedSet<TopicPartition>> assignment, List<String> chain) {
        for (int i = 0; i + 1 < chain.size(); i++) {
            Set<String> wanted = input.topicsByMember().get(chain.get(i + 1));
            Set<TopicPartition> settled = input.current().getOrDefault(chain.get(i), Set.of());
            TopicPartition passed = assignment.get(chain.get(i)).stream()
                    .filter(partition -> wanted.contains(partition.topic()))
                    // What the giver did not have before goes first: it has not settled there.
                    .min(Comparator.<TopicPartition, Boolean>comparing(settled::contains)
                            .thenComparing(Comparator.reverseOrder()))
                    .orElseThrow();
            assignment.get(chain.get(i)).remove(passed);
            assignment.get(chain.get(i + 1)).add(passed);
        }
    }
}
