package io.barnabas.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.cluster.Documents.NodeDocument;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.net.URI;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentsTest {
    private final Documents documents = new Documents();

    @Test
    void readsTheTopicItWrote() {
        // given
        Topic topic = new Topic("orders", new UUID(1, 2), 3, Map.of("retention.ms", "5"));
        // when
        Topic read = documents.topic("/b/topics/orders", documents.topic(topic));
        // then
        assertThat(read).isEqualTo(topic);
    }

    @Test
    void readsTheNodeItWrote() {
        // given
        NodeDocument node = new NodeDocument(
                URI.create("http://127.0.0.1:8081"),
                "folder",
                "north",
                true,
                "run",
                new StorageReport(StorageState.IMPAIRED, 1L << 40));
        // when
        NodeDocument read = documents.node("/b/nodes/1", documents.node(node, 5));
        // then
        assertThat(read).isEqualTo(node);
    }

    @Test
    void takesANodeForAbleWhoseStorageIsInAStateOfALaterRelease() {
        // given
        byte[] bytes = "{\"version\":1,\"url\":\"http://127.0.0.1:8081\",\"instance\":\"f\",\"storage\":\"molten\"}"
                .getBytes(UTF_8);
        // when
        NodeDocument read = documents.node("/b/nodes/1", bytes);
        // then
        assertThat(read.storage()).isEqualTo(StorageReport.UNTRIED);
    }

    @Test
    void readsANodeThatSaysNothingOfItsRunAndItsStorage() {
        // given
        byte[] bytes = "{\"version\":1,\"url\":\"http://127.0.0.1:8081\",\"instance\":\"folder\"}".getBytes(UTF_8);
        // when
        NodeDocument read = documents.node("/b/nodes/1", bytes);
        // then
        assertThat(read.run()).isEmpty();
        assertThat(read.storage()).isEqualTo(StorageReport.UNTRIED);
    }

    @Test
    void claimKeepsFieldsOfTheEngineAndLeavesTheOldDocumentAlone() {
        // given
        PartDocument before = documents.part(
                "/b/parts/t/0",
                "{\"version\":1,\"epoch\":4,\"owner\":2,\"session\":9,\"segs\":[{\"ledgerId\":7}]}".getBytes(UTF_8));
        // when
        PartDocument after = before.claimedBy(3, -10);
        // then
        assertThat(new String(documents.bytes(after), UTF_8))
                .isEqualTo("{\"version\":1,\"epoch\":5,\"owner\":3,\"session\":-10,\"segs\":[{\"ledgerId\":7}]}");
        assertThat(before.epoch()).isEqualTo(4);
    }

    @Test
    void refusesNewerVersionByName() {
        assertThatThrownBy(() -> documents.topic("/b/topics/orders", "{\"version\":2}".getBytes(UTF_8)))
                .isInstanceOfSatisfying(
                        BarnabasException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_DATA))
                .hasMessageContaining("/b/topics/orders")
                .hasMessageContaining("newer");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{\"version\":\"1\"}",
                "{\"version\":1}",
                "{\"version\":1,\"id\":\"x\",\"partitionCount\":1}",
                "{\"version\":1,\"id\":\"00000000-0000-0001-0000-000000000002\",\"partitionCount\":0}"
            })
    void refusesWhatIsNoTopic(String json) {
        assertThatThrownBy(() -> documents.topic("/b/topics/orders", json.getBytes(UTF_8)))
                .isInstanceOfSatisfying(
                        BarnabasException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_DATA));
    }
}
