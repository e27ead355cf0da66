package io.barnabas.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import io.barnabas.websocket.SocketFixture.Client;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Subscriptions through a socket: credit, positions, bounds, groups. */
class SubscriptionsTest {
    private static final TopicPartition FIRST = new TopicPartition(SocketFixture.TOPIC, 0);
    private static final String GROUP =
            "{'type':'subscribe','id':'s','topic':'orders','group':'billing'," + "'credit':1000,'format':'text'";

    private final SocketFixture fixture = new SocketFixture(2);
    private final Client client = fixture.connect();

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void announcesTheAssignmentBeforeTheRecords() {
        fixture.append(0, "a");
        client.send("{'type':'subscribe','id':'s','topic':'orders','from':'earliest','format':'text'}");
        assertThat(client.connection().frames)
                .extracting(frame -> frame.path("type").asText())
                .containsExactly("subscribed", "assigned", "records");
        assertThat(client.last().toString())
                .contains("\"topic\":\"orders\",\"partition\":0")
                .contains("\"value\":\"a\"")
                .contains("\"endOffset\":1");
    }

    @Test
    void sendsExactlyAsManyRecordsAsThereIsCredit() {
        fixture.append(0, "a", "b", "c", "d", "e");
        client.send("{'type':'subscribe','topic':'orders','from':'earliest','credit':2,'format':'text'}");
        assertThat(client.connection().offsets(0)).containsExactly(0L, 1L);
        client.send("{'type':'credit','id':'c','records':2}");
        assertThat(client.connection().offsets(0)).containsExactly(0L, 1L, 2L, 3L);
        assertThat(client.connection().frames("credited").get(0).path("credit").asInt())
                .isEqualTo(2);
        fixture.append(0, "f");
        assertThat(client.connection().offsets(0)).hasSize(4);
    }

    @Test
    void starvesWhileRecordsWaitForCreditAndNotLonger() {
        // given
        fixture.append(0, "a", "b", "c");
        client.send("{'type':'subscribe','topic':'orders','from':'earliest','credit':2,'format':'text'}");
        int hungry = fixture.events.starving;
        // when
        client.send("{'type':'credit','records':5}");
        int fed = fixture.events.starving;
        fixture.append(1, "d", "e", "f", "g", "h");
        int hungryAgain = fixture.events.starving;
        client.send("{'type':'unsubscribe'}");
        // then
        assertThat(List.of(hungry, fed, hungryAgain, fixture.events.starving)).containsExactly(1, 0, 1, 0);
    }

    @Test
    void tellsWhatItDeliversAndWhatItRefuses() {
        // given
        fixture.append(0, "a", "b", "c");
        // when
        client.send("{'type':'subscribe','topic':'orders','from':'earliest','format':'text'}");
        client.send("{'type':'seek','partition':7,'offset':0}");
        // then
        assertThat(fixture.events.deliveredRecords).isEqualTo(3);
        assertThat(fixture.events.deliveredBytes).isGreaterThan(100);
        assertThat(fixture.events.rejected).hasSize(1);
    }

    @Test
    void passesOverRecordsOfTheBatchBelowTheOffset() {
        fixture.append(0, "a", "b", "c", "d");
        client.send("{'type':'subscribe','topic':'orders','partitions':[0],'from':{'offset':2},'format':'text'}");
        assertThat(client.connection().offsets(0)).containsExactly(2L, 3L);
    }

    @Test
    void pushesWhatIsAppendedLater() {
        client.send("{'type':'subscribe','topic':'orders','format':'text'}");
        fixture.append(0, "a");
        fixture.append(1, "b");
        assertThat(client.connection().offsets(0)).containsExactly(0L);
        assertThat(client.connection().offsets(1)).containsExactly(0L);
    }

    @Test
    void servesPartitionsInTurn() {
        for (int i = 0; i < 50; i++) {
            fixture.append(0, "x".repeat(20_000));
            fixture.append(1, "y".repeat(20_000));
        }
        client.send("{'type':'subscribe','topic':'orders','from':'earliest','credit':40,'format':'text'}");
        assertThat(client.connection().offsets(0)).hasSizeBetween(10, 30);
        assertThat(client.connection().offsets(1)).hasSizeBetween(10, 30);
    }

    @Test
    void seeksAndAnswersBeforeTheFirstRecord() {
        fixture.append(0, "a", "b", "c");
        client.send("{'type':'subscribe','topic':'orders','from':'latest','format':'text'}");
        client.send("{'type':'seek','id':'k','partition':0,'offset':1}");
        assertThat(client.connection().frames.get(2).toString())
                .isEqualTo("{\"type\":\"sought\",\"id\":\"k\",\"partition\":0,\"offset\":1}");
        assertThat(client.connection().offsets(0)).containsExactly(1L, 2L);
    }

    @Test
    void goesOnWhereItMayBeginWhenRetentionOvertakesIt() {
        fixture.append(0, "a", "b");
        fixture.append(0, "c");
        client.send("{'type':'subscribe','topic':'orders','from':'earliest','credit':1,'format':'text'}");
        fixture.log(0).truncateBefore(2);
        client.send("{'type':'credit','records':10}");
        assertThat(client.connection().frames("error").get(0).path("error_code").asInt())
                .isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE.number());
        assertThat(client.connection().offsets(0)).containsExactly(0L, 2L);
    }

    @Test
    void readsPartitionsThatAreAdded() {
        client.send("{'type':'subscribe','topic':'orders','format':'text'}");
        fixture.broker.cluster.addPartitions(SocketFixture.TOPIC, 3);
        fixture.append(2, "new");
        fixture.pass(3);
        assertThat(client.connection().offsets(2)).containsExactly(0L);
        assertThat(client.connection().frames("assigned")).hasSize(2);
    }

    @Test
    void endsWhenTheTopicIsDeleted() {
        client.send("{'type':'subscribe','topic':'orders','format':'text'}");
        fixture.broker.cluster.deleteTopic(SocketFixture.TOPIC);
        fixture.pass(3);
        assertThat(client.last().path("error_code").asInt()).isEqualTo(ErrorCode.UNKNOWN_TOPIC.number());
        assertThat(client.last().path("ended").asBoolean()).isTrue();
        client.send("{'type':'unsubscribe','id':'u'}");
        assertThat(client.last().path("error_code").asInt()).isEqualTo(ErrorCode.ILLEGAL_STATE.number());
    }

    @Test
    void queuesBoundedBytesToASlowReaderAndGoesOnWhenItReads() {
        String value = "x".repeat(50_000);
        for (int i = 0; i < 100; i++) {
            fixture.append(0, value);
        }
        client.connection().hold();
        client.send("{'type':'subscribe','topic':'orders','from':'earliest','credit':1000,'format':'text'}");
        assertThat(client.socket().queuedBytes())
                .isBetween(
                        (long) fixture.settings.maxQueuedBytes(),
                        fixture.settings.maxQueuedBytes() + 2L * fixture.settings.maxRecordsFrameBytes());
        client.connection().passOn();
        assertThat(client.connection().offsets(0)).hasSize(100);
        assertThat(client.socket().queuedBytes()).isZero();
    }

    @Test
    void takesOneSubscriptionAtATime() {
        client.send("{'type':'subscribe','topic':'orders'}").send("{'type':'subscribe','id':'2','topic':'orders'}");
        assertThat(client.last().path("error_code").asInt()).isEqualTo(ErrorCode.ILLEGAL_STATE.number());
        client.send("{'type':'unsubscribe','id':'u'}");
        assertThat(client.last().toString()).isEqualTo("{\"type\":\"unsubscribed\",\"id\":\"u\"}");
        client.send("{'type':'subscribe','id':'3','topic':'orders'}");
        assertThat(client.connection().frames("subscribed")).hasSize(2);
    }

    @Test
    void resumesAtTheCommittedOffset() {
        fixture.append(0, "a", "b", "c");
        client.send(GROUP + "}");
        client.send("{'type':'commit','id':'c','offsets':[{'partition':0,'offset':2}]}");
        assertThat(client.last().path("type").asText()).isEqualTo("committed");
        client.socket().gone();
        Client next = fixture.connect().send(GROUP + "}");
        assertThat(next.connection().offsets(0)).containsExactly(2L);
        assertThat(next.connection()
                        .frames("assigned")
                        .get(0)
                        .path("partitions")
                        .toString())
                .isEqualTo("[{\"partition\":0,\"offset\":2},{\"partition\":1,\"offset\":0}]");
    }

    @Test
    void handsAPartitionOverWhenWhatWasSentIsCommitted() {
        fixture.append(0, "a");
        fixture.append(1, "b");
        client.send(GROUP + "}");
        Client second = fixture.connect().send(GROUP + "}");
        int moved = client.connection()
                .frames("revoked")
                .get(0)
                .path("partitions")
                .get(0)
                .asInt();
        assertThat(second.connection().frames("assigned")).isEmpty();
        client.send("{'type':'commit','id':'c','offsets':[{'partition':" + moved + ",'offset':1}]}");
        assertThat(second.connection()
                        .frames("assigned")
                        .get(0)
                        .path("partitions")
                        .toString())
                .isEqualTo("[{\"partition\":" + moved + ",\"offset\":1}]");
        assertThat(second.connection().offsets(moved)).isEmpty();
        fixture.append(moved, "c");
        assertThat(second.connection().offsets(moved)).containsExactly(1L);
        assertThat(client.connection().offsets(moved)).containsExactly(0L);
    }

    @Test
    void handsAPartitionOverWhenTheClientSaysItIsDone() {
        fixture.append(0, "a");
        fixture.append(1, "b");
        client.send(GROUP + "}");
        Client second = fixture.connect().send(GROUP + "}");
        int moved = client.connection()
                .frames("revoked")
                .get(0)
                .path("partitions")
                .get(0)
                .asInt();
        client.send("{'type':'released','id':'r','partitions':[" + moved + "]}");
        assertThat(client.connection().frames("released")).hasSize(1);
        assertThat(second.connection().offsets(moved)).containsExactly(0L);
    }

    @Test
    void handsAPartitionOverAtOnceWhenNothingWasSent() {
        client.send(GROUP + "}");
        Client second = fixture.connect().send(GROUP + "}");
        assertThat(second.connection().frames("assigned").get(0).path("partitions"))
                .hasSize(1);
    }

    @Test
    void letsMembersWithoutPartitionsWait() {
        List<Client> clients = new ArrayList<>(List.of(client.send(GROUP + "}")));
        clients.add(fixture.connect().send(GROUP + "}"));
        clients.add(fixture.connect().send(GROUP + "}"));
        List<String> waiting = clients.stream()
                .map(member -> member.connection().frames("assigned"))
                .map(frames -> frames.get(frames.size() - 1))
                .filter(frame -> frame.path("partitions").isEmpty())
                .map(frame -> frame.path("waiting").asText())
                .toList();
        assertThat(waiting).singleElement().asString().contains("waits"); // which of them is the assignor's choice
    }

    @Test
    void commitsForTheClientWhatItsEndHasReceived() {
        fixture.append(0, "a", "b");
        client.send(GROUP + ",'autoCommit':true}");
        fixture.pass(3);
        assertThat(committed()).isEmpty();
        client.pong();
        assertThat(committed()).isEqualTo(Map.of(FIRST, new CommittedOffset(2, "")));
    }

    @Test
    void commitsWhatWasReceivedBeforeItUnsubscribes() {
        fixture.append(0, "a", "b");
        client.send(GROUP + ",'autoCommit':true}").send("{'type':'unsubscribe','id':'u'}");
        assertThat(client.last().path("type").asText()).isEqualTo("records");
        client.pong();
        assertThat(client.last().path("type").asText()).isEqualTo("unsubscribed");
        assertThat(committed()).isEqualTo(Map.of(FIRST, new CommittedOffset(2, "")));
    }

    @Test
    void refusesACommitForAPartitionThatIsNotHeld() {
        client.send(GROUP + "}");
        fixture.connect().send(GROUP + "}");
        int moved = client.connection()
                .frames("revoked")
                .get(0)
                .path("partitions")
                .get(0)
                .asInt();
        client.send("{'type':'commit','id':'c','offsets':[{'partition':" + moved + ",'offset':0}]}");
        assertThat(client.last().path("error_code").asInt()).isEqualTo(ErrorCode.NOT_ASSIGNED.number());
    }

    @Test
    void leavesTheGroupWhenTheSocketCloses() {
        client.send(GROUP + "}");
        Client second = fixture.connect().send(GROUP + "}");
        client.socket().gone();
        assertThat(second.last().path("partitions")).hasSize(2);
    }

    @Test
    void staysAMemberAsLongAsTheSocketLives() {
        client.send(GROUP + "}");
        for (int i = 0; i < 200; i++) {
            fixture.pass(1);
            client.pong();
        }
        fixture.append(0, "late");
        assertThat(client.connection().offsets(0)).containsExactly(0L);
        assertThat(client.connection().frames("error")).isEmpty();
    }

    @Test
    void tellsOfAPartitionWithoutOwnerOnlyWhenThatTakesTooLong() {
        client.send("{'type':'subscribe','topic':'orders','format':'text'}");
        fixture.append(0, "a");
        fixture.broker.cluster.disown(FIRST);
        fixture.pass(10);
        assertThat(client.connection().frames("error")).isEmpty();
        fixture.pass(10);
        assertThat(client.last().path("error_code").asInt()).isEqualTo(ErrorCode.PARTITION_OFFLINE.number());
        assertThat(Arrays.asList(0L)).isEqualTo(client.connection().offsets(0));
    }

    private Map<TopicPartition, CommittedOffset> committed() {
        return fixture.broker
                .coordinator
                .committed("billing", Set.of())
                .toCompletableFuture()
                .join();
    }
}
