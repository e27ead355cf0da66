package io.barnabas.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.group.Assignor.Input;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.internals.AbstractPartitionAssignor;
import org.junit.jupiter.api.Test;

class AssignorTest {
    private static final List<String> TOPICS = List.of("a", "b", "c");

    /** Members with random subscriptions to up to three topics, who have something random now. */
    private static Input randomInput(long seed) {
        Random random = new Random(seed);
        Map<String, Integer> counts = new TreeMap<>();
        TOPICS.forEach(topic -> counts.put(topic, random.nextInt(8)));
        SortedMap<String, Set<String>> topicsByMember = new TreeMap<>();
        int memberCount = 1 + random.nextInt(6);
        for (int i = 0; i < memberCount; i++) {
            Set<String> wanted =
                    TOPICS.stream().filter(topic -> random.nextBoolean()).collect(Collectors.toSet());
            topicsByMember.put("m" + random.nextInt(100), wanted.isEmpty() ? Set.of("a") : wanted);
        }
        Map<String, Set<TopicPartition>> current = new HashMap<>();
        List<String> holders = new ArrayList<>(topicsByMember.keySet());
        holders.add("gone");
        for (String topic : TOPICS) {
            for (int partition = 0; partition < 9; partition++) {
                if (random.nextInt(4) > 0) {
                    current.computeIfAbsent(holders.get(random.nextInt(holders.size())), any -> new HashSet<>())
                            .add(new TopicPartition(topic, partition));
                }
            }
        }
        return new Input(topicsByMember, counts, current);
    }

    private static Input oneTopic(int memberCount, int partitionCount, Map<String, Set<TopicPartition>> current) {
        SortedMap<String, Set<String>> topicsByMember = new TreeMap<>();
        for (int i = 0; i < memberCount; i++) {
            topicsByMember.put("m" + i, Set.of("a"));
        }
        return new Input(topicsByMember, Map.of("a", partitionCount), current);
    }

    private static Set<TopicPartition> wanted(Input input) {
        Set<TopicPartition> wanted = new TreeSet<>();
        for (String topic : input.topics()) {
            for (int partition = 0; partition < input.partitionCount(topic); partition++) {
                wanted.add(new TopicPartition(topic, partition));
            }
        }
        return wanted;
    }

    @Property(tries = 300)
    void givesEveryPartitionOnceToWhoWantsIt(@ForAll long seed) {
        Input input = randomInput(seed);
        for (Assignor assignor : Assignor.ALL) {
            SortedMap<String, SortedSet<TopicPartition>> assignment = assignor.assign(input);
            assertThat(assignment.keySet()).isEqualTo(input.topicsByMember().keySet());
            List<TopicPartition> given = new ArrayList<>();
            assignment.forEach((member, partitions) -> {
                assertThat(input.topicsByMember().get(member))
                        .containsAll(
                                partitions.stream().map(TopicPartition::topic).collect(Collectors.toSet()));
                given.addAll(partitions);
            });
            assertThat(given).as(assignor.name()).containsExactlyInAnyOrderElementsOf(wanted(input));
            assertThat(assignor.assign(input)).isEqualTo(assignment);
        }
    }

    @Property(tries = 200)
    void sharesOneTopicEvenly(@ForAll @IntRange(min = 1, max = 12) int members, @ForAll @IntRange(max = 40) int count) {
        for (Assignor assignor : Assignor.ALL) {
            Set<Integer> sizes = assignor.assign(oneTopic(members, count, Map.of())).values().stream()
                    .map(Set::size)
                    .collect(Collectors.toSet());
            assertThat(sizes).as(assignor.name()).isSubsetOf(count / members, (count + members - 1) / members);
        }
    }

    @Property(tries = 300)
    void stickyMovesAsLittleAsPossible(@ForAll @IntRange(min = 1, max = 7) int members, @ForAll long seed) {
        // given
        Random random = new Random(seed);
        int count = random.nextInt(30);
        Map<String, Set<TopicPartition>> current = new HashMap<>();
        for (int i = 0; i < count; i++) {
            if (random.nextInt(5) > 0) {
                current.computeIfAbsent("m" + random.nextInt(random.nextInt(members) + 1), any -> new HashSet<>())
                        .add(new TopicPartition("a", i));
            }
        }
        // when
        SortedMap<String, SortedSet<TopicPartition>> assignment =
                new StickyAssignor().assign(oneTopic(members, count, current));
        // then
        long kept = 0;
        for (Map.Entry<String, SortedSet<TopicPartition>> entry : assignment.entrySet()) {
            Set<TopicPartition> before = current.getOrDefault(entry.getKey(), Set.of());
            kept += entry.getValue().stream().filter(before::contains).count();
            assertThat(entry.getValue().size()).isBetween(count / members, (count + members - 1) / members);
        }
        assertThat(kept).isEqualTo(mostThatCanBeKept(members, count, current));
    }

    /** In an even assignment: everybody a floor's worth, and one more for as many as the rest allows. */
    private static long mostThatCanBeKept(int members, int count, Map<String, Set<TopicPartition>> current) {
        int floor = count / members;
        long base = current.values().stream()
                .mapToLong(held -> Math.min(floor, held.size()))
                .sum();
        long more =
                current.values().stream().filter(held -> held.size() > floor).count();
        return base + Math.min(count % members, more);
    }

    @Property(tries = 200)
    void stickyLeavesNobodyTwoBehindWhoCouldTakeOne(@ForAll long seed) {
        Input input = randomInput(seed);
        SortedMap<String, SortedSet<TopicPartition>> assignment = new StickyAssignor().assign(input);
        assignment.forEach((rich, partitions) -> partitions.forEach(partition -> input.membersOf(partition.topic())
                .forEach(poor -> assertThat(assignment.get(poor).size())
                        .as("%s could take %s from %s", poor, partition, rich)
                        .isGreaterThanOrEqualTo(partitions.size() - 1))));
    }

    @Property(tries = 200)
    void stickyStaysWhereItIs(@ForAll long seed) {
        Input input = randomInput(seed);
        SortedMap<String, SortedSet<TopicPartition>> assignment = new StickyAssignor().assign(input);
        Input again = new Input(input.topicsByMember(), input.partitionCounts(), new TreeMap<>(assignment));
        assertThat(new StickyAssignor().assign(again)).isEqualTo(assignment);
    }

    @Property(tries = 200)
    void agreesWithKafka(@ForAll long seed) {
        Input input = randomInput(seed);
        agrees(new RangeAssignor(), new org.apache.kafka.clients.consumer.RangeAssignor(), input);
        agrees(new RoundRobinAssignor(), new org.apache.kafka.clients.consumer.RoundRobinAssignor(), input);
    }

    private static void agrees(Assignor assignor, AbstractPartitionAssignor oracle, Input input) {
        Map<String, Subscription> subscriptions = new HashMap<>();
        input.topicsByMember()
                .forEach((member, topics) -> subscriptions.put(member, new Subscription(List.copyOf(topics))));
        Map<String, Integer> counts = new HashMap<>(input.partitionCounts());
        counts.values().removeIf(count -> count == 0);
        Map<String, Set<TopicPartition>> expected = new TreeMap<>();
        oracle.assign(counts, subscriptions)
                .forEach((member, partitions) -> expected.put(
                        member,
                        partitions.stream()
                                .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                                .collect(Collectors.toCollection(TreeSet::new))));
        assertThat(new TreeMap<String, Set<TopicPartition>>(assignor.assign(input)))
                .as(assignor.name())
                .isEqualTo(expected);
    }

    @Test
    void namesTheKnownOnesWhenAskedForAnother() {
        assertThatThrownBy(() -> Assignor.named("fair"))
                .isInstanceOf(BarnabasException.class)
                .hasMessage("unknown assignor 'fair'; known are [range, roundrobin, sticky]")
                .extracting(e -> ((BarnabasException) e).code())
                .isEqualTo(ErrorCode.INVALID_FIELD);
    }
}
