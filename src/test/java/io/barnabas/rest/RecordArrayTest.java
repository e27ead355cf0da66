package io.barnabas.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.broker.format.Json;
import io.barnabas.broker.format.JsonLimits;
import io.barnabas.broker.format.RecordFormat;
import io.barnabas.record.Compression;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatchBuilder;
import io.barnabas.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordArrayTest {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 2);

    @Test
    void isEmptyWithoutRecords() {
        assertThat(text(array(100, 10))).isEqualTo("[]");
    }

    @Test
    void passesOverRecordsBeforeTheOffset() {
        // given
        RecordArray array = array(10_000, 10);
        // when
        long next = array.add(PARTITION, 8, batch(7, "a", "b", "c"));
        // then
        assertThat(next).isEqualTo(10);
        assertThat(text(array)).contains("\"value\":\"b\"", "\"offset\":8").doesNotContain("\"value\":\"a\"");
    }

    @Test
    void endsAfterTheFirstRecordThatFillsIt() {
        // given
        RecordArray array = array(1, 10);
        // when
        long next = array.add(PARTITION, 0, batch(0, "a", "b", "c"));
        // then
        assertThat(next).isEqualTo(1);
        assertThat(array.recordCount()).isEqualTo(1);
        assertThat(text(array)).endsWith("}]");
    }

    @Test
    void endsAtTheCount() {
        // given
        RecordArray array = array(10_000, 2);
        // when
        long next = array.add(PARTITION, 0, batch(0, "a", "b", "c"));
        // then
        assertThat(next).isEqualTo(2);
        assertThat(array.full()).isTrue();
    }

    @Test
    void goesOnBehindTheLastBatchWhenItTookAll() {
        // given
        RecordArray array = array(10_000, 10);
        ByteBuffer two = ByteBuffer.allocate(1_000);
        two.put(batch(0, "a")).put(batch(1, "b", "c")).flip();
        // when
        long next = array.add(PARTITION, 0, two);
        // then
        assertThat(next).isEqualTo(3);
        assertThat(array.recordCount()).isEqualTo(3);
    }

    @Test
    void aRecordThatDoesNotFitTheFormatDoesNotHarmTheOthers() {
        // given
        RecordArray array = new RecordArray(new Json(JsonLimits.DEFAULT), RecordFormat.JSON, 10_000, 10);
        // when
        array.add(PARTITION, 0, batch(0, "{\"a\":1}", "no json", "7"));
        // then
        assertThat(text(array)).contains("\"value\":{\"a\":1}", "\"error\":", "\"encoding\":\"base64\"", "\"value\":7");
        assertThat(array.recordCount()).isEqualTo(3);
    }

    private static RecordArray array(int maxBytes, int maxRecords) {
        return new RecordArray(new Json(JsonLimits.DEFAULT), RecordFormat.TEXT, maxBytes, maxRecords);
    }

    private static ByteBuffer batch(long baseOffset, String... values) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE);
        for (String value : values) {
            builder.append(1_000, null, value.getBytes(UTF_8), List.of());
        }
        ByteBuffer bytes = builder.build();
        RecordBatch.at(bytes).assign(baseOffset, 1);
        return bytes;
    }

    private static String text(RecordArray array) {
        return UTF_8.decode(array.finish()).toString();
    }
}
