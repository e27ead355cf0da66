package io.barnabas.group;

import static io.barnabas.group.ShardUnderTest.GROUP;
import static io.barnabas.group.ShardUnderTest.again;
import static io.barnabas.group.ShardUnderTest.orders;
import static io.barnabas.group.ShardUnderTest.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.Committer;
import io.barnabas.group.Notice.Assigned;
import io.barnabas.group.Notice.Removed;
import io.barnabas.group.Notice.Revoked;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.TopicPartition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * Random histories of one group, with invariants after every step:
 *
 * <ul>
 *   <li>replaying the journal gives the durable state that is live;
 *   <li>no two members hold a partition, and a generation's holder of a partition never changes;
 *   <li>nobody is given a partition that another member still reads, unless that one was told to let go a rebalance
 *       time-out ago;
 *   <li>no member stays whose home went;
 *   <li>offsets are what the last accepted commit or reset said, so a refused one never moves them back.
 * </ul>
 *
 * To see one again, call the property with its arguments from an example.
 */
class GroupShardModelTest {
    private static final int STEPS = 80;
    private static final List<String> ASSIGNORS = List.of("range", "roundrobin", "sticky");

    @Property(tries = 150)
    void keepsItsPromises(@ForAll long seed, @ForAll @IntRange(max = 2) int assignor) {
        History history = new History(seed, ASSIGNORS.get(assignor));
        for (int step = 0; step < STEPS; step++) {
            history.step();
            history.check();
        }
    }

    @Example
    void reachesEveryStateAndAcceptsSomething() {
        Map<String, Integer> seen = new TreeMap<>();
        int commits = 0;
        for (long seed = 0; seed < 20; seed++) {
            History history = new History(seed, "sticky");
            for (int step = 0; step < STEPS; step++) {
                history.step();
                history.check();
                seen.merge(history.under.state(), 1, Integer::sum);
            }
            commits += history.acceptedCommits;
        }
        assertThat(seen).containsOnlyKeys("CompletingRebalance", "Dead", "Empty", "PreparingRebalance", "Stable");
        assertThat(seen.values()).allMatch(count -> count > 10);
        assertThat(commits).isGreaterThan(50);
    }

    private static final class History {
        private final ShardUnderTest under = new ShardUnderTest();
        private final Random random;
        private final String assignor;
        private final List<String> memberIds = new ArrayList<>();
        private final Map<String, Set<TopicPartition>> reading = new HashMap<>();
        private final Map<String, Map<TopicPartition, Long>> revokedAt = new HashMap<>();
        private final Map<Integer, Map<TopicPartition, String>> holders = new HashMap<>();
        private final Map<TopicPartition, CommittedOffset> committed = new HashMap<>();
        private final Map<Integer, Home> nodes = new HashMap<>();
        private int acceptedCommits;
        private int runs;

        History(long seed, String assignor) {
            this.random = new Random(seed);
            this.assignor = assignor;
            under.journalAtOnce = false;
        }

        void step() {
            try {
                happen(random.nextInt(26));
            } catch (BarnabasException e) {
                // Refusals are part of a history; the checks see to it that they change nothing.
            }
            under.notices.forEach(this::hear);
            under.notices.clear();
        }

        private void happen(int event) {
            switch (event) {
                case 0, 1 -> memberIds.add(under.joinFrom(home(), ShardUnderTest.with(assignor)));
                case 2 -> memberIds.add(under.join(ShardUnderTest.with(assignor)));
                case 3 -> under.joinFrom(home(), again(someone(), "orders"));
                case 4 -> joinAnotherTopic();
                case 5 -> leave(someone());
                case 6, 7, 8, 9 -> release(someone());
                case 10, 11 -> heartbeats();
                case 12, 13 -> commit(someone());
                case 14 -> commit(new Committer.Anonymous(), Map.of(orders(random.nextInt(4)), offset()));
                case 15 -> reset(Map.of(orders(random.nextInt(4)), offset()));
                case 16 -> under.advance(Duration.ofMillis(random.nextInt(50_000)));
                case 17 -> moreOrLessTopic();
                case 18 -> under.crash();
                case 19 -> under.advance(Duration.ofMillis(random.nextInt(5_000)));
                case 20 -> rarely(() -> under.advance(Duration.ofDays(4)));
                case 21 -> rarely(() -> under.loseHome(restarted()));
                case 22 -> rarely(this::loseHomeAndCrash);
                default -> hearJournaled();
            }
        }

        private Home home() {
            return nodes.computeIfAbsent(random.nextInt(3), node -> new Home(node, "run-" + ++runs));
        }

        /** The home that a node was; it is another one when a member joins from there again. */
        private Home restarted() {
            Home lost = home();
            nodes.remove(lost.nodeId());
            return lost;
        }

        private void loseHomeAndCrash() {
            under.goneHomes.add(restarted());
            under.crash();
        }

        /** Refused, as there is a group and it is bound. */
        private void joinAnotherTopic() {
            if (under.shard.table().group(GROUP).isPresent()) {
                under.join(request("bills"));
            }
        }

        private void rarely(Runnable event) {
            if (random.nextInt(4) == 0) {
                event.run();
            }
        }

        private String someone() {
            return memberIds.isEmpty() ? "nobody" : memberIds.get(random.nextInt(memberIds.size()));
        }

        private void hearJournaled() {
            if (!under.unheard.isEmpty()) {
                under.hearJournaled();
            }
        }

        private void leave(String memberId) {
            under.apply(under.shard.leave(GROUP, memberId, under.now()));
            reading.remove(memberId);
        }

        private void release(String memberId) {
            Set<TopicPartition> asked =
                    revokedAt.getOrDefault(memberId, Map.of()).keySet();
            Set<TopicPartition> released = new HashSet<>(asked);
            if (random.nextInt(3) == 0) {
                released.removeIf(partition -> random.nextBoolean());
            }
            reading.getOrDefault(memberId, new HashSet<>()).removeAll(released);
            under.apply(under.shard.released(GROUP, memberId, released, under.now()));
        }

        private void heartbeats() {
            under.shard.table().group(GROUP).ifPresent(group -> group.members()
                    .keySet()
                    .forEach(memberId -> {
                        if (random.nextInt(5) > 0) {
                            under.apply(under.shard.heartbeat(GROUP, memberId, under.now()));
                        }
                    }));
        }

        private void commit(String memberId) {
            int generation =
                    under.shard.table().group(GROUP).map(Group::generation).orElse(0);
            List<TopicPartition> likely = new ArrayList<>(reading.getOrDefault(memberId, Set.of()));
            likely.add(orders(random.nextInt(4)));
            TopicPartition partition = likely.get(random.nextInt(likely.size()));
            commit(new Committer.Member(memberId, generation - random.nextInt(2)), Map.of(partition, offset()));
        }

        private void commit(Committer committer, Map<TopicPartition, CommittedOffset> offsets) {
            under.apply(under.shard.commit(GROUP, committer, offsets, under.now()));
            if (committer instanceof Committer.Member byMember) {
                assertThat(under.member(byMember.memberId()).held()).containsAll(offsets.keySet());
            }
            committed.putAll(offsets);
            acceptedCommits++;
        }

        private void reset(Map<TopicPartition, CommittedOffset> offsets) {
            under.apply(under.shard.resetOffsets(GROUP, offsets, under.now()));
            committed.putAll(offsets);
        }

        private CommittedOffset offset() {
            return new CommittedOffset(random.nextInt(1_000), "note");
        }

        private void moreOrLessTopic() {
            if (random.nextInt(4) == 0) {
                under.topics.remove("orders");
                under.apply(under.shard.topicChanged("orders", under.now()));
                under.topics.put("orders", 4);
            } else {
                under.topics.computeIfPresent("orders", (topic, count) -> count + 1);
                under.apply(under.shard.topicChanged("orders", under.now()));
            }
        }

        private void hear(Notice notice) {
            String memberId = notice.memberId();
            if (notice instanceof Assigned assigned) {
                Set<TopicPartition> partitions = assigned.assignment().partitions();
                partitions.forEach(partition -> requireFree(partition, memberId));
                reading.put(memberId, new HashSet<>(partitions));
                revokedAt.remove(memberId);
            } else if (notice instanceof Revoked revoked) {
                Map<TopicPartition, Long> times = revokedAt.computeIfAbsent(memberId, any -> new HashMap<>());
                revoked.partitions().forEach(partition -> times.putIfAbsent(partition, under.nowMs()));
            } else if (notice instanceof Removed) {
                reading.remove(memberId);
                revokedAt.remove(memberId);
            }
        }

        private void requireFree(TopicPartition partition, String memberId) {
            reading.forEach((other, partitions) -> {
                if (!other.equals(memberId) && partitions.contains(partition)) {
                    Long toldAt = revokedAt.getOrDefault(other, Map.of()).get(partition);
                    assertThat(toldAt)
                            .as("%s still reads %s, which %s gets", other, partition, memberId)
                            .isNotNull();
                    assertThat(under.nowMs() - toldAt)
                            .as("%s was told to let go of %s", other, partition)
                            .isGreaterThanOrEqualTo(ShardUnderTest.REBALANCE_MS);
                    partitions.remove(partition);
                }
            });
        }

        void check() {
            assertThat(ShardUnderTest.durableState(under.replayed().table()))
                    .isEqualTo(ShardUnderTest.durableState(under.shard.table()));
            Optional<Group> group = under.shard.table().group(GROUP);
            if (group.isEmpty()) {
                holders.clear();
                committed.clear();
                memberIds.clear();
                return;
            }
            memberIds.retainAll(group.get().members().keySet());
            assertThat(group.get().members().values())
                    .allMatch(member -> member.home().stream().noneMatch(under.goneHomes::contains));
            checkHolders(group.get());
            if (group.get().offsets().isEmpty()) {
                // The topic was gone for a moment, and its offsets with it.
                committed.clear();
            }
            assertThat(group.get().offsets()).isEqualTo(committed);
            if (group.get().state() instanceof GroupState.Stable) {
                assertThat(group.get().members()).isNotEmpty();
            }
        }

        private void checkHolders(Group group) {
            Map<TopicPartition, String> now = new HashMap<>();
            group.members().values().forEach(member -> member.held()
                    .forEach(partition -> assertThat(now.put(partition, member.memberId()))
                            .as("second holder of %s", partition)
                            .isNull()));
            Map<TopicPartition, String> known = holders.computeIfAbsent(group.generation(), any -> new HashMap<>());
            now.forEach((partition, memberId) -> assertThat(known.computeIfAbsent(partition, any -> memberId))
                    .as("holder of %s in generation %s", partition, group.generation())
                    .isEqualTo(memberId));
        }
    }
}
