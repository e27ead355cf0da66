package io.barnabas.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.record.ErrorCode;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatches;
import io.barnabas.testing.Batches;
import io.barnabas.websocket.SocketFixture.Client;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A socket that speaks whole batches. */
class BinarySocketTest {
    private static final int ALL = 0;
    private static final int NONE = 2;

    private final SocketFixture fixture = new SocketFixture(2);
    private final Client client = fixture.connect(true);
    private final List<ByteBuffer> answers = client.connection().binaryFrames;

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void answersFramesInTheirOrderWhicheverIsStoredFirst() {
        fixture.log(0).holdWrites();
        client.send(produce(ALL, 1, 0, Batches.of("slow", "er")));
        client.send(produce(ALL, 2, 1, Batches.of("fast")));
        assertThat(answers).isEmpty();
        fixture.log(0).releaseWrites();
        assertThat(answers).extracting(frame -> frame.getInt(BinaryFrame.ID_AT)).containsExactly(1, 2);
        assertThat(answers.get(0).getLong(BinaryFrame.END_AT)).isEqualTo(1);
    }

    /** Each portion is read into memory that the one before may have been in, and its header is written before it. */
    @Test
    void sendsEachPortionWholeWhenTheMemoryIsLentAgain() {
        ByteBuffer large = Batches.of("x".repeat(100_000));
        for (int id = 1; id <= 8; id++) {
            client.send(produce(NONE, id, 0, large));
        }
        client.send("""
                {"type":"subscribe","topic":"orders","partitions":[0],"from":"earliest","credit":100}""");
        assertThat(answers).hasSizeGreaterThan(3);
        long next = 0;
        for (ByteBuffer frame : answers) {
            assertThat(frame.get(BinaryFrame.KIND_AT)).isEqualTo(BinaryFrame.RECORDS);
            assertThat(frame.getInt(BinaryFrame.ERROR_CODE_AT)).isZero();
            assertThat(frame.getLong(BinaryFrame.OFFSET_AT)).isEqualTo(next);
            int at = BinaryFrame.HEADER_BYTES + frame.getShort(BinaryFrame.TOPIC_BYTES_AT);
            for (RecordBatch batch : RecordBatches.stored(frame.slice(at, frame.limit() - at))) {
                assertThat(batch.crcValid()).isTrue();
                assertThat(batch.baseOffset()).isEqualTo(next++);
            }
        }
        assertThat(next).isEqualTo(8);
    }

    @Test
    void answersNothingToAcksNone() {
        client.send(produce(NONE, 1, 0, Batches.of("a")));
        client.send(produce(NONE, 2, 9, Batches.of("a")));
        assertThat(answers).isEmpty();
        assertThat(fixture.log(0).endOffset()).isEqualTo(1);
    }

    @Test
    void answersInOrderWhatCannotBeStored() {
        ByteBuffer damaged = Batches.of("a");
        damaged.put(damaged.limit() - 2, (byte) 7);
        client.send(produce(ALL, 1, 0, damaged));
        client.send(produce(ALL, 2, 9, Batches.of("a")));
        client.send(produce(ALL, 3, -1, Batches.of("a")));
        client.send(produce(ALL, 4, 0, ByteBuffer.allocate(0)));
        client.send(produce(ALL, 5, 0, Batches.of("a")));
        assertThat(answers)
                .extracting(frame -> frame.getInt(BinaryFrame.ERROR_CODE_AT))
                .containsExactly(
                        ErrorCode.UNREADABLE_BATCH.number(),
                        ErrorCode.UNKNOWN_PARTITION.number(),
                        ErrorCode.UNKNOWN_PARTITION.number(),
                        ErrorCode.UNREADABLE_BATCH.number(),
                        0);
        assertThat(UTF_8.decode(answers.get(0).position(BinaryFrame.HEADER_BYTES))
                        .toString())
                .contains("batch 0", "checksum");
    }

    @Test
    void refusesMoreFramesThanMayBeInFlight() {
        fixture.log(0).holdWrites();
        int most = fixture.settings.maxInFlightProduces();
        for (int id = 0; id <= most; id++) {
            client.send(produce(ALL, id, 0, Batches.of("a")));
        }
        assertThat(client.last().path("id").asInt()).isEqualTo(most);
        assertThat(client.last().path("error_code").asInt()).isEqualTo(ErrorCode.OVERLOADED.number());
        fixture.log(0).releaseWrites();
        assertThat(answers).hasSize(most);
        assertThat(fixture.log(0).endOffset()).isEqualTo(most);
    }

    @Test
    void staysOpenAfterAFrameThatCannotBeRead() {
        client.send(ByteBuffer.wrap(new byte[] {1, 1, 0, 0, 0, 0, 0, 5}));
        assertThat(client.last().path("id").asInt()).isEqualTo(5);
        assertThat(client.last().path("error_code").asInt()).isEqualTo(ErrorCode.INVALID_FIELD.number());
        assertThat(client.connection().closed).isEmpty();
    }

    @Test
    void closesWhenAFrameIsTooLarge() {
        client.send(ByteBuffer.allocate(fixture.settings.maxFrameBytes() + 1));
        assertThat(client.connection().closed).contains(Goodbye.TOO_LARGE);
    }

    @Test
    void sendsWholeBatchesAsFarAsCreditIsAboveZero() {
        fixture.append(0, "a", "b", "c");
        fixture.append(0, "d");
        client.send("{'type':'subscribe','topic':'orders','partitions':[0],'from':'earliest','credit':1}");
        assertThat(answers).hasSize(1);
        assertThat(batch(answers.get(0)).recordCount()).isEqualTo(3);
        client.send("{'type':'credit','id':'c','records':2}");
        assertThat(client.last().path("credit").asInt()).isZero();
        assertThat(answers).hasSize(1);
        client.send("{'type':'credit','records':1}");
        assertThat(batch(answers.get(1)).baseOffset()).isEqualTo(3);
    }

    @Test
    void sharesOneFrameAmongSubscribersOfThePartitionsEnd() {
        Client other = fixture.connect(true);
        Client json = fixture.connect();
        Client text = fixture.connect();
        client.send("{'type':'subscribe','topic':'orders','partitions':[0]}");
        other.send("{'type':'subscribe','topic':'orders','partitions':[0]}");
        json.send("{'type':'subscribe','topic':'orders','partitions':[0],'format':'binary'}");
        text.send("{'type':'subscribe','topic':'orders','partitions':[0],'format':'text'}");
        for (int i = 0; i < 5; i++) {
            fixture.append(0, "a" + i, "b" + i);
        }
        assertThat(answers).hasSize(5).isEqualTo(other.connection().binaryFrames);
        assertThat(json.connection().offsets(0)).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
        assertThat(json.last().path("records").get(1).path("value").asText()).isEqualTo("YjQ=");
        assertThat(text.last().path("records").get(1).path("value").asText()).isEqualTo("b4");
    }

    private static RecordBatch batch(ByteBuffer frame) {
        int at = BinaryFrame.HEADER_BYTES + frame.getShort(BinaryFrame.TOPIC_BYTES_AT);
        return RecordBatch.at(frame.slice(at, frame.limit() - at));
    }

    private static ByteBuffer produce(int flags, int id, int partition, ByteBuffer batches) {
        byte[] topic = SocketFixture.TOPIC.getBytes(UTF_8);
        return ByteBuffer.allocate(BinaryFrame.HEADER_BYTES + topic.length + batches.remaining())
                .put((byte) 1)
                .put((byte) 1)
                .putShort((short) flags)
                .putInt(id)
                .putInt(partition)
                .putInt(0)
                .putLong(0)
                .putLong(0)
                .putShort((short) topic.length)
                .put(topic)
                .put(batches.duplicate())
                .flip();
    }
}
