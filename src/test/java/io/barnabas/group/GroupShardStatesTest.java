package io.barnabas.group;

import static io.barnabas.group.ShardUnderTest.GROUP;
import static io.barnabas.group.ShardUnderTest.again;
import static io.barnabas.group.ShardUnderTest.orders;
import static io.barnabas.group.ShardUnderTest.request;
import static io.barnabas.group.ShardUnderTest.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.Committer;
import io.barnabas.group.GroupCoordinator.ConsumerInstance;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.TopicPartition;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every event in every state: the state after it, or the code it is refused with, which must change nothing. */
class GroupShardStatesTest {
    private static final Map<TopicPartition, CommittedOffset> OFFSET = Map.of(orders(0), new CommittedOffset(5, ""));
    private static final String NOBODY = "nobody";

    private static final String TABLE = """
            event                    | Dead           | Empty          | PreparingRebalance         | CompletingRebalance        | Stable
            new member               | Completing     | Completing     | Preparing                  | Completing                 | Preparing
            new, other assignor      | Completing     | Completing     | INCONSISTENT_ASSIGNOR      | INCONSISTENT_ASSIGNOR      | INCONSISTENT_ASSIGNOR
            new, unknown topic       | UNKNOWN_TOPIC  | UNKNOWN_TOPIC  | UNKNOWN_TOPIC              | UNKNOWN_TOPIC              | UNKNOWN_TOPIC
            new, other topic         | Completing     | GROUP_BOUND_TO_OTHER_TOPIC | GROUP_BOUND_TO_OTHER_TOPIC | GROUP_BOUND_TO_OTHER_TOPIC | GROUP_BOUND_TO_OTHER_TOPIC
            joins again in place     | UNKNOWN_MEMBER | UNKNOWN_MEMBER | Preparing                  | Completing                 | Stable
            stranger joins again     | UNKNOWN_MEMBER | UNKNOWN_MEMBER | UNKNOWN_MEMBER             | UNKNOWN_MEMBER             | UNKNOWN_MEMBER
            heartbeat                | UNKNOWN_MEMBER | UNKNOWN_MEMBER | Preparing                  | Completing                 | Stable
            releases what was asked  | UNKNOWN_MEMBER | UNKNOWN_MEMBER | Completing                 | Completing                 | Stable
            releases something else  | UNKNOWN_MEMBER | UNKNOWN_MEMBER | Preparing                  | Completing                 | Stable
            leaves                   | UNKNOWN_MEMBER | UNKNOWN_MEMBER | Completing                 | Dead                       | Dead
            stranger leaves          | UNKNOWN_MEMBER | UNKNOWN_MEMBER | UNKNOWN_MEMBER             | UNKNOWN_MEMBER             | UNKNOWN_MEMBER
            sessions run out         | Dead           | Empty          | Dead                       | Dead                       | Dead
            rebalance time-out       | Dead           | Empty          | Completing                 | Completing                 | Stable
            journaled                | Dead           | Empty          | Preparing                  | Stable                     | Stable
            commit                   | UNKNOWN_MEMBER | UNKNOWN_MEMBER | Preparing                  | Completing                 | Stable
            commit, later generation | UNKNOWN_MEMBER | UNKNOWN_MEMBER | STALE_GENERATION           | STALE_GENERATION           | STALE_GENERATION
            commit, older generation | UNKNOWN_MEMBER | UNKNOWN_MEMBER | STALE_GENERATION           | STALE_GENERATION           | STALE_GENERATION
            anonymous commit         | Empty          | Empty          | GROUP_NOT_EMPTY            | GROUP_NOT_EMPTY            | GROUP_NOT_EMPTY
            reset                    | UNKNOWN_GROUP  | Empty          | GROUP_NOT_EMPTY            | GROUP_NOT_EMPTY            | GROUP_NOT_EMPTY
            delete                   | UNKNOWN_GROUP  | Dead           | GROUP_NOT_EMPTY            | GROUP_NOT_EMPTY            | GROUP_NOT_EMPTY
            describe                 | UNKNOWN_GROUP  | Empty          | Preparing                  | Completing                 | Stable
            more partitions          | Dead           | Empty          | Preparing                  | Completing                 | Completing
            topic as it was          | Dead           | Empty          | Preparing                  | Completing                 | Stable
            topic gone               | Dead           | Dead           | Dead                       | Dead                       | Dead
            retention runs out       | Dead           | Dead           | Dead                       | Dead                       | Dead
            new instance             | Dead           | Empty          | Preparing                  | Completing                 | Stable
            loaded elsewhere         | Dead           | Empty          | Preparing                  | Stable                     | Stable
            """;

    static Stream<Arguments> cells() {
        List<List<String>> rows = TABLE.lines()
                .map(line -> Stream.of(line.split("\\|", -1)).map(String::trim).toList())
                .toList();
        return rows.stream().skip(1).flatMap(row -> Stream.of(1, 2, 3, 4, 5)
                .map(column -> Arguments.of(rows.get(0).get(column), row.get(0), row.get(column))));
    }

    private final ShardUnderTest under = new ShardUnderTest();
    private String memberId = NOBODY;
    private int generation;

    @ParameterizedTest(name = "{1} in {0}: {2}")
    @MethodSource("cells")
    void goesWhereTheTableSays(String state, String event, String expected) {
        // given
        bringTo(state);
        assertThat(under.state()).isEqualTo(state);
        under.journalAtOnce = false;
        List<Object> before = ShardUnderTest.durableState(under.shard.table());
        // when
        String outcome = result(event);
        // then
        assertThat(outcome).startsWith(expected);
        if (expected.equals(outcome) && outcome.contains("_")) {
            assertThat(under.state()).isEqualTo(state);
            assertThat(ShardUnderTest.durableState(under.shard.table())).isEqualTo(before);
        }
        assertThat(ShardUnderTest.durableState(under.replayed().table()))
                .isEqualTo(ShardUnderTest.durableState(under.shard.table()));
    }

    private void bringTo(String state) {
        switch (state) {
            case "Dead" -> {}
            case "Empty" -> commit(new Committer.Anonymous());
            case "Stable" -> joinFirst();
            case "CompletingRebalance" -> {
                under.journalAtOnce = false;
                joinFirst();
            }
            case "PreparingRebalance" -> {
                joinFirst();
                under.join();
            }
            default -> throw new IllegalArgumentException(state);
        }
    }

    private void joinFirst() {
        memberId = under.join();
        generation = 1;
    }

    private String result(String event) {
        try {
            happen(event);
            return under.state();
        } catch (BarnabasException e) {
            return e.code().name();
        }
    }

    private void commit(Committer committer) {
        under.apply(under.shard.commit(GROUP, committer, OFFSET, under.now()));
    }

    private void happen(String event) {
        GroupShard shard = under.shard;
        Moment now = under.now();
        Consumer<Integer> commitAt = named -> commit(new Committer.Member(memberId, named));
        switch (event) {
            case "new member" -> under.join();
            case "new, other assignor" -> under.join(with("sticky"));
            case "new, unknown topic" -> under.join(request("nothing"));
            case "new, other topic" -> under.join(request("bills"));
            case "joins again in place" -> under.join(again(memberId, "orders"));
            case "stranger joins again" -> under.join(again("stranger", "orders"));
            case "heartbeat" -> under.apply(shard.heartbeat(GROUP, memberId, now));
            case "releases what was asked" -> under.apply(shard.released(GROUP, memberId, orders(2, 3), now));
            case "releases something else" -> under.apply(shard.released(GROUP, memberId, orders(0, 1), now));
            case "leaves" -> under.apply(shard.leave(GROUP, memberId, now));
            case "stranger leaves" -> under.apply(shard.leave(GROUP, "stranger", now));
            case "sessions run out" -> under.advance(Duration.ofMillis(ShardUnderTest.SESSION_MS));
            case "rebalance time-out" -> rebalanceTimesOut();
            case "journaled" -> under.apply(shard.journaled(new Outcome.Generation(GROUP, 1), now));
            case "commit" -> commitAt.accept(generation);
            case "commit, later generation" -> commitAt.accept(generation + 1);
            case "commit, older generation" -> commitAt.accept(generation - 1);
            case "anonymous commit" -> commit(new Committer.Anonymous());
            case "reset" -> under.apply(shard.resetOffsets(GROUP, OFFSET, now));
            case "delete" -> under.apply(shard.delete(GROUP, now));
            case "describe" -> under.apply(shard.describe(GROUP));
            case "more partitions" -> topicChanges(Optional.of(6));
            case "topic as it was" -> topicChanges(Optional.of(4));
            case "topic gone" -> topicChanges(Optional.empty());
            case "retention runs out" -> under.advance(Duration.ofDays(7));
            case "new instance" -> under.apply(shard.createInstance(GROUP, instance(), now));
            case "loaded elsewhere" -> under.crash();
            default -> throw new IllegalArgumentException(event);
        }
    }

    private void topicChanges(Optional<Integer> count) {
        under.topics.remove("orders");
        count.ifPresent(changed -> under.topics.put("orders", changed));
        under.apply(under.shard.topicChanged("orders", under.now()));
    }

    private void rebalanceTimesOut() {
        for (int i = 0; i < 2; i++) {
            under.shard.table().group(GROUP).ifPresent(group -> group.members()
                    .keySet()
                    .forEach(each -> under.apply(under.shard.heartbeat(GROUP, each, under.now()))));
            under.advance(Duration.ofMillis(ShardUnderTest.REBALANCE_MS / 2));
        }
    }

    private static ConsumerInstance instance() {
        return new ConsumerInstance("one", Map.of(), Set.of(), Optional.empty(), Set.of(), Optional.empty(), 1_000);
    }
}
