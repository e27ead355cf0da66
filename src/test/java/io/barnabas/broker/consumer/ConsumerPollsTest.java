package io.barnabas.broker.consumer;

import static io.barnabas.broker.consumer.ConsumingNode.GROUP;
import static io.barnabas.broker.consumer.ConsumingNode.P0;
import static io.barnabas.broker.consumer.ConsumingNode.P1;
import static io.barnabas.broker.consumer.ConsumingNode.assertFails;
import static io.barnabas.broker.consumer.ConsumingNode.await;
import static io.barnabas.broker.consumer.ConsumingNode.count;
import static io.barnabas.broker.consumer.ConsumingNode.ends;
import static io.barnabas.broker.consumer.ConsumingNode.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.broker.StartPosition;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What instances read, where they go on and what of it they commit. */
class ConsumerPollsTest {
    private final ConsumingNode node = new ConsumingNode();

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void theFirstPollWaitsForTheAssignmentAndReturnsRecords() {
        // given
        node.append(P0, "a", "b");
        node.subscribed("c1", Map.of());
        // when
        Polled polled = node.poll("c1", 5_000);
        // then
        assertThat(count(polled)).isEqualTo(2);
    }

    @Test
    void aPollWaitsForRecords() throws Exception {
        // given
        node.subscribed("c1", Map.of());
        CompletableFuture<Polled> polled =
                node.instances().poll(GROUP, "c1", request(20_000)).toCompletableFuture();
        assertThat(polled).isNotDone();
        // when
        node.append(P1, "late");
        // then
        assertThat(count(polled.get(10, TimeUnit.SECONDS))).isEqualTo(1);
    }

    @Test
    void aPollReturnsNothingAfterItsTime() {
        node.subscribed("c1", Map.of());
        assertThat(node.poll("c1", 20).chunks()).isEmpty();
    }

    @Test
    void positionsMoveOnlyWhenTheAnswerWasHandedOver() {
        // given
        node.append(P0, "a", "b");
        node.subscribed("c1", Map.of());
        // when
        node.poll("c1", 5_000).lost();
        Polled again = node.poll("c1", 5_000);
        again.handedOver(ends(again));
        // then
        assertThat(again.chunks()).extracting(Polled.Chunk::offset).containsExactly(0L);
        assertThat(node.poll("c1", 20).chunks()).isEmpty();
    }

    @Test
    void anAnswerMayBeHandedOverInPart() {
        // given
        node.append(P0, "a", "b");
        node.subscribed("c1", Map.of());
        // when
        node.poll("c1", 5_000).handedOver(Map.of(P0, 1L));
        // then
        assertThat(node.poll("c1", 5_000).chunks())
                .extracting(Polled.Chunk::offset)
                .containsExactly(1L);
    }

    @Test
    void autoCommitCommitsWithTheNextPollWhatTheLastReturned() {
        // given
        node.append(P0, "a", "b");
        node.subscribed("c1", Map.of());
        node.takeAll("c1");
        assertThat(node.committed()).isEmpty();
        // when
        node.poll("c1", 20);
        // then
        assertThat(node.committed()).containsEntry(P0, new CommittedOffset(2, ""));
    }

    @Test
    void withoutAutoCommitNothingIsCommittedUntilAsked() {
        // given
        node.append(P0, "a", "b");
        node.subscribed("c1", Map.of("enable.auto.commit", false));
        node.takeAll("c1");
        node.poll("c1", 20);
        assertThat(node.committed()).isEmpty();
        // when
        await(node.instances().commit(GROUP, "c1", Optional.empty()));
        // then
        assertThat(node.committed()).containsEntry(P0, new CommittedOffset(2, ""));
    }

    @Test
    void offsetsAreCommittedAsGiven() {
        // given
        node.append(P0, "a", "b");
        node.subscribed("c1", Map.of("enable.auto.commit", false));
        node.takeAll("c1");
        // when
        await(node.instances().commit(GROUP, "c1", Optional.of(Map.of(P0, new CommittedOffset(1, "note")))));
        // then
        assertThat(node.committed()).containsEntry(P0, new CommittedOffset(1, "note"));
    }

    @Test
    void aSecondPollEndsTheFirst() throws Exception {
        // given
        node.subscribed("c1", Map.of());
        CompletableFuture<Polled> first =
                node.instances().poll(GROUP, "c1", request(20_000)).toCompletableFuture();
        // when
        CompletableFuture<Polled> second =
                node.instances().poll(GROUP, "c1", request(20_000)).toCompletableFuture();
        // then
        assertThat(first.get(5, TimeUnit.SECONDS).chunks()).isEmpty();
        node.append(P0, "a");
        assertThat(count(second.get(5, TimeUnit.SECONDS))).isEqualTo(1);
    }

    @Test
    void aThirdPollIsRefusedWhileAnAnswerIsOnItsWay() {
        // given
        node.append(P0, "a");
        node.subscribed("c1", Map.of());
        Polled onItsWay = node.poll("c1", 5_000);
        CompletableFuture<Polled> second =
                node.instances().poll(GROUP, "c1", request(20)).toCompletableFuture();
        // when, then
        assertFails(ErrorCode.ILLEGAL_STATE, node.instances().poll(GROUP, "c1", request(20)));
        assertThat(second).isNotDone();
        onItsWay.handedOver(ends(onItsWay));
        assertThat(await(second).chunks()).isEmpty();
    }

    @Test
    void anAnswerThatNobodyWritesCountsAsLostAfterAWhile() {
        // given
        node.restart(new ConsumerSettings(10, 45_000, 60_000, 300_000, 1_000, 50, 2_000, 100));
        node.append(P0, "a");
        node.subscribed("c1", Map.of());
        node.poll("c1", 5_000);
        // when
        Polled again = node.poll("c1", 5_000);
        // then
        assertThat(again.chunks()).extracting(Polled.Chunk::offset).containsExactly(0L);
    }

    @Test
    void seeksToOffsetsTimesAndBothEnds() {
        // given
        node.append(P0, "a", "b", "c");
        node.subscribed("c1", Map.of());
        node.takeAll("c1");
        // when
        await(node.instances().seek(GROUP, "c1", Map.of(P0, new StartPosition.Offset(1))));
        Polled fromOne = node.poll("c1", 5_000);
        fromOne.handedOver(ends(fromOne));
        await(node.instances().seek(GROUP, "c1", Map.of(P0, new StartPosition.Timestamp(0))));
        Polled fromTime = node.poll("c1", 5_000);
        fromTime.lost();
        await(node.instances().seek(GROUP, "c1", Map.of(P0, new StartPosition.Latest())));
        // then
        assertThat(fromOne.chunks()).extracting(Polled.Chunk::offset).containsExactly(1L);
        assertThat(fromTime.chunks()).extracting(Polled.Chunk::offset).containsExactly(0L);
        assertThat(node.poll("c1", 20).chunks()).isEmpty();
    }

    @Test
    void aSeekWhileAnAnswerIsOnItsWayIsKept() {
        // given
        node.append(P0, "a", "b");
        node.subscribed("c1", Map.of());
        Polled onItsWay = node.poll("c1", 5_000);
        // when
        await(node.instances().seek(GROUP, "c1", Map.of(P0, new StartPosition.Offset(0))));
        onItsWay.handedOver(ends(onItsWay));
        // then
        assertThat(node.poll("c1", 5_000).chunks())
                .extracting(Polled.Chunk::offset)
                .containsExactly(0L);
    }

    @Test
    void seeksAreRefusedWhereTheyMakeNoSense() {
        node.subscribed("c1", Map.of());
        node.poll("c1", 20);
        assertFails(
                ErrorCode.OFFSET_OUT_OF_RANGE,
                node.instances().seek(GROUP, "c1", Map.of(P0, new StartPosition.Offset(9))));
        assertFails(
                ErrorCode.ILLEGAL_STATE,
                node.instances()
                        .seek(GROUP, "c1", Map.of(new TopicPartition("other", 0), new StartPosition.Offset(0))));
    }

    @Test
    void recordsThatWereDeletedAreSkipped() {
        // given
        node.append(P0, "a", "b");
        node.subscribed("c1", Map.of());
        node.poll("c1", 5_000).lost();
        node.append(P0, "c");
        // when
        await(node.broker.topics.truncate(P0, 2));
        // then
        assertThat(node.poll("c1", 5_000).chunks())
                .extracting(Polled.Chunk::offset)
                .containsExactly(2L);
    }

    @Test
    void aDrainEndsPollsThatWait() throws Exception {
        // given
        node.subscribed("c1", Map.of());
        CompletableFuture<Polled> polled =
                node.instances().poll(GROUP, "c1", request(60_000)).toCompletableFuture();
        // when
        node.broker.fetching.drain();
        // then
        assertThat(polled.get(5, TimeUnit.SECONDS).chunks()).isEmpty();
    }

    @Test
    void fullPollsTakeTurnsAmongPartitions() {
        // given
        node.append(P0, "a", "b");
        node.append(P1, "c", "d");
        node.subscribed("c1", Map.of());
        // when
        Set<TopicPartition> seen = new HashSet<>();
        for (int i = 0; i < 2; i++) {
            Polled polled =
                    await(node.instances().poll(GROUP, "c1", new PollRequest(OptionalInt.of(5_000), 1, any -> {})));
            polled.chunks().forEach(chunk -> seen.add(chunk.partition()));
            polled.handedOver(ends(polled));
        }
        // then
        assertThat(seen).containsExactlyInAnyOrder(P0, P1);
    }
}
