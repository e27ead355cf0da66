package io.barnabas.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.broker.subscription.SubscriptionSettings;
import io.barnabas.group.GroupCoordinator;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.log.LogId;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import io.barnabas.testing.InMemoryPartitionLog;
import io.barnabas.websocket.SocketFixture.Client;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A member whose coordinator goes away and comes back, or does not. */
class SubscriptionRejoinTest {
    private static final String GROUP =
            "{'type':'subscribe','id':'s','topic':'orders','group':'billing','credit':1000,'format':'text'}";
    private static final int REBALANCE_SECONDS = SubscriptionSettings.DEFAULTS.rebalanceTimeoutMs() / 1_000;

    private final SocketFixture fixture = new SocketFixture(2);
    private final GroupCoordinator coordinator = fixture.broker.coordinator;
    private final int partition = coordinator.journalPartition("billing");
    private final Client client = fixture.connect();

    @AfterEach
    void close() {
        fixture.close();
    }

    private void loseCoordinator() {
        coordinator.unload(partition);
    }

    private void bringCoordinatorBack() {
        TopicPartition key = new TopicPartition(GroupCoordinator.JOURNAL_TOPIC, partition);
        InMemoryPartitionLog log = fixture.broker.engine.log(
                new LogId(fixture.broker.cluster.view().topic(key.topic()).id(), key));
        coordinator.load(partition, log.reopened()).toCompletableFuture().join();
        fixture.pass(1);
    }

    private List<String> frameTypes() {
        return client.connection().frames.stream()
                .map(frame -> frame.path("type").asText())
                .toList();
    }

    private void commit(int number, long offset) {
        client.send("{'type':'commit','id':'c','offsets':[{'partition':" + number + ",'offset':" + offset + "}]}");
    }

    private Map<TopicPartition, CommittedOffset> committed() {
        return coordinator.committed("billing", Set.of()).toCompletableFuture().join();
    }

    @Test
    void readsOnAndTellsNothingWhenNothingHasChanged() {
        // given
        client.send(GROUP);
        fixture.append(0, "a");
        // when
        loseCoordinator();
        fixture.append(0, "b");
        fixture.pass(5);
        bringCoordinatorBack();
        fixture.append(0, "c");
        // then
        assertThat(frameTypes()).containsExactly("subscribed", "assigned", "records", "records", "records");
        commit(0, 3);
        assertThat(committed()).containsEntry(new TopicPartition("orders", 0), new CommittedOffset(3, ""));
    }

    @Test
    void restsWhenTheCoordinatorIsAwayForTooLongAndGoesOnAfterIt() {
        // given
        client.send(GROUP);
        loseCoordinator();
        fixture.pass(REBALANCE_SECONDS + 2);
        // when
        fixture.append(0, "late");
        // then
        assertThat(client.connection().offsets(0)).isEmpty();
        assertThat(client.connection().frames("error"))
                .hasSize(2)
                .allMatch(frame -> frame.path("error_code").asInt() == ErrorCode.REBALANCING.number()
                        && frame.path("retriable").asBoolean()
                        && frame.path("ended").isMissingNode());
        bringCoordinatorBack();
        assertThat(client.connection().offsets(0)).containsExactly(0L);
    }

    @Test
    void hearsOfARebalanceThatWaitedForIt() {
        // given
        client.send(GROUP);
        loseCoordinator();
        bringCoordinatorBack();
        // when
        Client second = fixture.connect().send(GROUP);
        // then
        assertThat(client.connection().frames("revoked")).hasSize(1);
        assertThat(client.last().path("generation").asInt()).isEqualTo(2);
        assertThat(client.last().path("partitions")).hasSize(1);
        assertThat(second.last().path("partitions")).hasSize(1);
    }

    @Test
    void endsWhenTheGroupForgotIt() {
        // given
        client.send(GROUP);
        String member =
                client.connection().frames("subscribed").get(0).path("member").asText();
        loseCoordinator();
        TopicPartition key = new TopicPartition(GroupCoordinator.JOURNAL_TOPIC, partition);
        InMemoryPartitionLog log = fixture.broker.engine.log(
                new LogId(fixture.broker.cluster.view().topic(key.topic()).id(), key));
        coordinator.load(partition, log.reopened());
        coordinator.leave("billing", member).toCompletableFuture().join();
        // when
        fixture.pass(1);
        // then
        assertThat(client.last().path("error_code").asInt()).isEqualTo(ErrorCode.UNKNOWN_MEMBER.number());
        assertThat(client.last().path("ended").asBoolean()).isTrue();
    }

    @Test
    void leavesWhenTheSocketClosesWhileTheCoordinatorIsAway() {
        // given
        client.send(GROUP);
        loseCoordinator();
        // when
        client.socket().gone();
        fixture.append(0, "a");
        bringCoordinatorBack();
        // then
        assertThat(frameTypes()).containsExactly("subscribed", "assigned");
    }
}
