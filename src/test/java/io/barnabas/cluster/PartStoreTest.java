package io.barnabas.cluster;

import static io.barnabas.cluster.ClusterFixture.get;
import static io.barnabas.cluster.ClusterFixture.soon;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.barnabas.cluster.PartStore.Part;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartStoreTest {
    @TempDir
    private Path folder;

    private final ClusterFixture nodes = new ClusterFixture();
    private final AtomicInteger remainsFound = new AtomicInteger();
    private EmbeddedZooKeeper zooKeeper;
    private String connect;
    private ZooKeeperCluster node;
    private UUID topic;

    @BeforeEach
    void ownOnePartition() {
        zooKeeper = ClusterFixture.zooKeeper(folder, 0);
        connect = zooKeeper.connectString();
        node = nodes.unstarted(ClusterFixture.settings(connect, 1));
        node.listen(new Cluster.Listener() {
            @Override
            public void remainsFound() {
                remainsFound.incrementAndGet();
            }
        });
        node.start();
        topic = get(node.createTopic("orders", 2, Map.of())).id();
    }

    @AfterEach
    void stopAll() {
        nodes.close();
        zooKeeper.close();
    }

    @Test
    void keepsFieldsAndVersionsOverChanges() {
        // given
        Part first = get(node.parts().owned(topic, 0, 1));
        // when
        Part second = get(node.parts().replace(first, fields("a", 1)));
        Part third = get(node.parts().replace(second, fields("b", 2)));
        // then
        assertThat(first.fields()).isEmpty();
        Part read = get(node.parts().read(topic, 0));
        assertThat(read.fields()).isEqualTo(fields("b", 2));
        assertThat(read.version()).isEqualTo(third.version()).isEqualTo(first.version() + 2);
        assertThat(read.epoch()).isEqualTo(1);
        assertThat(read.owner()).isEqualTo(1);
        assertThat(ClusterFixture.owner(node, "orders", 0)).contains(new Ownership(1, 1));
    }

    @Test
    void refusesAChangeOfWhatTheSameEpochHasChanged() {
        // given
        Part first = get(node.parts().owned(topic, 0, 1));
        get(node.parts().replace(first, fields("a", 1)));
        // when / then
        refused(node.parts().replace(first, fields("a", 2)), ErrorCode.ILLEGAL_STATE);
        assertThat(get(node.parts().read(topic, 0)).fields()).isEqualTo(fields("a", 1));
    }

    @Test
    void takesAChangeForMadeWhenAnEarlierAttemptMadeIt() {
        // given
        Part first = get(node.parts().owned(topic, 0, 1));
        Part made = get(node.parts().replace(first, fields("a", 1)));
        // when
        Part again = get(node.parts().replace(first, fields("a", 1)));
        // then
        assertThat(again.version()).isEqualTo(made.version());
    }

    @Test
    void refusesAnOwnerThatWasReplacedAndKeepsFieldsForTheNext() {
        // given
        Part old = get(node.parts().owned(topic, 0, 1));
        old = get(node.parts().replace(old, fields("a", 1)));
        node.close();
        ZooKeeperCluster next = nodes.node(connect, 1);
        soon().untilAsserted(() ->
                assertThat(ClusterFixture.owner(next, "orders", 0)).contains(new Ownership(1, 2)));
        // when / then
        refused(next.parts().replace(old, fields("a", 2)), ErrorCode.NOT_OWNER);
        refused(next.parts().owned(topic, 0, 1), ErrorCode.NOT_OWNER);
        assertThat(get(next.parts().owned(topic, 0, 2)).fields()).isEqualTo(fields("a", 1));
    }

    @Test
    void makesAndRemovesPiecesWithTheDocument() {
        // given
        Part part = get(node.parts().owned(topic, 0, 1));
        // when
        Part made = get(node.parts().replace(part, fields("old", 1), Map.of("old-1", "x".getBytes(UTF_8)), Set.of()));
        refused(
                node.parts().replace(part, fields("old", 2), Map.of("old-2", new byte[0]), Set.of()),
                ErrorCode.ILLEGAL_STATE);
        // then
        assertThat(get(node.parts().piece(made, "old-1"))).isEqualTo("x".getBytes(UTF_8));
        refused(node.parts().piece(made, "old-2"), ErrorCode.NOT_OWNER);
        get(node.parts().replace(made, fields("old", 0), Map.of(), Set.of("old-1")));
        refused(node.parts().piece(made, "old-1"), ErrorCode.NOT_OWNER);
    }

    @Test
    void keepsWhatADeletedTopicLeftUntilItIsForgotten() {
        // given
        Part part = get(node.parts().owned(topic, 0, 1));
        Part made = get(node.parts().replace(part, fields("a", 1), Map.of("old-1", "x".getBytes(UTF_8)), Set.of()));
        assertThat(get(node.parts().everything()).parts()).hasSize(2);
        // when
        get(node.deleteTopic("orders"));
        // then
        soon().until(() -> get(node.parts().everything()).parts().isEmpty());
        soon().untilAsserted(() -> assertThat(remainsFound).hasPositiveValue());
        refused(node.parts().replace(made, fields("a", 2)), ErrorCode.NOT_OWNER);
        assertThat(get(node.parts().remains())).singleElement().satisfies(remains -> {
            assertThat(remains.fields()).isEqualTo(fields("a", 1));
            assertThat(remains.topicId()).isEqualTo(topic);
            assertThat(get(node.parts().remainingPieces(remains))).containsExactly("old-1");
            assertThat(get(node.parts().remainingPiece(remains, "old-1"))).isEqualTo("x".getBytes(UTF_8));
            get(node.parts().forget(remains));
            get(node.parts().forget(remains));
        });
        soon().until(() -> get(node.parts().everything()).remains().isEmpty());
    }

    @Test
    void failsAtOnceWhenTheNodeIsClosed() {
        // given
        Part part = get(node.parts().owned(topic, 0, 1));
        // when
        node.close();
        // then
        refused(node.parts().replace(part, fields("a", 1)), ErrorCode.ZOOKEEPER_UNAVAILABLE);
        refused(node.parts().everything(), ErrorCode.ZOOKEEPER_UNAVAILABLE);
    }

    @Test
    void refusesFieldsThatAreTheClustersOwn() {
        Part part = get(node.parts().owned(topic, 0, 1));
        assertThatThrownBy(() -> node.parts().replace(part, fields("epoch", 9)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("epoch");
    }

    private static ObjectNode fields(String name, int value) {
        return JsonNodeFactory.instance.objectNode().put(name, value);
    }

    private static void refused(CompletionStage<?> answer, ErrorCode code) {
        assertThatThrownBy(() -> get(answer)).isInstanceOfSatisfying(BarnabasException.class, e -> assertThat(e.code())
                .isEqualTo(code));
    }
}
