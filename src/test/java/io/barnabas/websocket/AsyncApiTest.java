package io.barnabas.websocket;

import static io.barnabas.websocket.Shapes.names;
import static io.barnabas.websocket.Shapes.texts;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.barnabas.broker.ProducerIdentity;
import io.barnabas.broker.RecordOutcome;
import io.barnabas.broker.format.Json;
import io.barnabas.broker.format.JsonLimits;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import io.barnabas.websocket.SocketFixture.Client;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.yaml.snakeyaml.Yaml;

/** The AsyncAPI document says what the socket reads and writes, no more and no less. */
class AsyncApiTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final JsonNode document = document();
    private final Shapes shapes = new Shapes(document);

    private static JsonNode document() {
        try (InputStream yaml = AsyncApiTest.class.getResourceAsStream("/META-INF/asyncapi.yaml")) {
            return MAPPER.readTree(MAPPER.writeValueAsString(new Yaml().load(yaml)));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private JsonNode message(String name) {
        return document.at("/components/messages/" + name);
    }

    @Test
    void isAnAsyncApiDocumentWhoseReferencesLeadSomewhere() {
        assertThat(document.path("asyncapi").asText()).isEqualTo("3.0.0");
        assertThat(document.at("/info/title").asText()).isNotBlank();
        assertThat(document.at("/info/version").asText()).isNotBlank();
        List<String> references = document.findValuesAsText("$ref");
        assertThat(references).isNotEmpty().allSatisfy(reference -> assertThat(
                        document.at(reference.substring(1)).isMissingNode())
                .as(reference)
                .isFalse());
    }

    @Test
    void everyMessageBelongsToTheChannelAndToAnOperation() {
        // when
        Set<String> used = new TreeSet<>();
        document.path("operations").forEach(operation -> {
            assertThat(operation.path("action").asText()).isIn("send", "receive");
            assertThat(operation.at("/channel/$ref").asText()).isEqualTo("#/channels/socket");
            assertThat(operation.path("summary").asText()).isNotBlank();
            for (JsonNode messages : List.of(operation.path("messages"), operation.at("/reply/messages"))) {
                messages.forEach(message -> used.add(message.path("$ref").asText()));
            }
        });
        // then
        Set<String> all = names(document.at("/components/messages"));
        assertThat(names(document.at("/channels/socket/messages"))).isEqualTo(all);
        assertThat(used)
                .isEqualTo(all.stream()
                        .map(name -> "#/channels/socket/messages/" + name)
                        .collect(Collectors.toCollection(TreeSet::new)));
        assertThat(document.at("/channels/socket/address").asText()).isEqualTo(BarnabasEndpoints.PATH);
    }

    @Test
    void hasAnOperationForEachFrameOfAClientAndNoOther() {
        // when
        Set<String> received = new TreeSet<>();
        document.path("operations").properties().forEach(operation -> {
            if (operation.getValue().path("action").asText().equals("receive")) {
                received.add(operation.getKey());
            }
        });
        // then
        Set<String> frames =
                Arrays.stream(FrameType.values()).map(FrameType::label).collect(Collectors.toCollection(TreeSet::new));
        frames.add("produceBatches");
        assertThat(received).isEqualTo(frames);
    }

    @ParameterizedTest
    @EnumSource(FrameType.class)
    void namesTheFieldsThatTheReaderTakes(FrameType type) {
        // given
        JsonNode payload = message(type.label()).path("payload");
        // then
        assertThat(names(payload.path("properties"))).isEqualTo(labels(fields(type, true)));
        Set<String> required = labels(fields(type, false));
        required.add("type");
        assertThat(texts(payload.path("required"))).isEqualTo(required);
        assertThat(payload.at("/properties/type/const").asText()).isEqualTo(type.label());
        assertThat(payload.path("additionalProperties").asBoolean(true)).isFalse();
    }

    /** All that a frame of this type may have, or those that it must have; asked of the code by trying. */
    private static Set<FrameField> fields(FrameType type, boolean allowed) {
        Set<FrameField> may = EnumSet.allOf(FrameField.class);
        may.removeIf(field -> !takes(type, withRequired(type, EnumSet.of(field))));
        if (allowed) {
            return may;
        }
        Set<FrameField> must = EnumSet.copyOf(may);
        must.removeIf(field -> {
            Set<FrameField> without = EnumSet.copyOf(may);
            without.remove(field);
            return takes(type, without);
        });
        return must;
    }

    /** Adds, one after the other, what the check says is missing. */
    private static Set<FrameField> withRequired(FrameType type, Set<FrameField> fields) {
        for (int tries = FrameField.values().length; tries > 0; tries--) {
            try {
                type.check(fields);
                return fields;
            } catch (BarnabasException e) {
                if (e.getMessage().contains("is missing")) {
                    String missing = e.getMessage().split("'", -1)[1];
                    fields.add(FrameField.named(missing));
                }
            }
        }
        return fields;
    }

    private static boolean takes(FrameType type, Set<FrameField> fields) {
        try {
            type.check(fields);
            return true;
        } catch (BarnabasException e) {
            return false;
        }
    }

    private static Set<String> labels(Set<FrameField> fields) {
        return fields.stream().map(FrameField::label).collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void describesEveryFrameThatTheServerWrites() throws IOException {
        // given
        ServerFrames frames = new ServerFrames(new Json(JsonLimits.DEFAULT));
        FrameId text = new FrameId.Text("a");
        TopicPartition partition = new TopicPartition("t", 1);
        BarnabasException failure = new BarnabasException(ErrorCode.NOT_OWNER, "elsewhere");
        List<RecordOutcome> outcomes = List.of(
                new RecordOutcome.Stored(0, 7, true),
                new RecordOutcome.Stored(0, 8),
                new RecordOutcome.Refused(-1, ErrorCode.INVALID_RECORD, "no"));
        var offsets = new TreeMap<>(Map.of(partition, OptionalLong.of(3)));
        offsets.put(new TopicPartition("t", 2), OptionalLong.empty());
        Map<String, List<byte[]>> written = new TreeMap<>(Map.ofEntries(
                Map.entry("produced", List.of(frames.produced(new FrameId.Whole(1), outcomes))),
                Map.entry("producerAssigned", List.of(frames.producer(text, new ProducerIdentity(7, (short) 1)))),
                Map.entry(
                        "subscribed",
                        List.of(
                                frames.subscribed(text, Optional.of("m")),
                                frames.subscribed(new FrameId.None(), Optional.empty()))),
                Map.entry(
                        "assigned",
                        List.of(
                                frames.assigned(3, offsets, Optional.empty()),
                                frames.assigned(3, new TreeMap<>(), Optional.of("full")))),
                Map.entry("revoked", List.of(frames.revoked(4, List.of(partition)))),
                Map.entry("credited", List.of(frames.credited(text, -5))),
                Map.entry("committed", List.of(frames.committed(text))),
                Map.entry("sought", List.of(frames.sought(text, 1, 8))),
                Map.entry("releasedConfirmed", List.of(frames.released(text))),
                Map.entry("unsubscribed", List.of(frames.unsubscribed(text))),
                Map.entry("error", List.of(frames.error(text, failure), frames.ended(failure))),
                Map.entry("draining", List.of(frames.draining(1_000)))));
        // then
        for (Map.Entry<String, List<byte[]>> each : written.entrySet()) {
            for (byte[] frame : each.getValue()) {
                assertThat(shapes.misfits(message(each.getKey()).path("payload"), MAPPER.readTree(frame)))
                        .as(each.getKey() + " " + new String(frame, UTF_8))
                        .isEmpty();
            }
        }
        Set<String> described = names(document.at("/components/messages"));
        Arrays.stream(FrameType.values()).map(FrameType::label).forEach(described::remove);
        described.removeIf(name -> name.endsWith("Batches"));
        described.remove("records"); // see below
        assertThat(described).isEqualTo(written.keySet());
    }

    @Test
    void describesWhatASubscriberIsSent() {
        try (SocketFixture fixture = new SocketFixture(2)) {
            // given
            Client client = fixture.connect();
            fixture.append(0, "a", "b");
            // when
            client.send("{'type':'produce','id':1,'topic':'orders','records':[{'key':'k','value':{'n':1},"
                    + "'headers':[{'key':'h','value':'AA=='}]}]}");
            client.send("{'type':'subscribe','id':'s','topic':'orders','from':'earliest','format':'json'}");
            client.send("{'type':'nothing'}");
            // then
            Set<String> seen = new LinkedHashSet<>();
            for (JsonNode frame : client.connection().frames) {
                String type = frame.path("type").asText();
                seen.add(type);
                assertThat(shapes.misfits(message(type).path("payload"), frame))
                        .as(frame.toString())
                        .isEmpty();
            }
            assertThat(seen).contains("produced", "subscribed", "assigned", "records", "error");
        }
    }

    @Test
    void findsWhatDoesNotFit() throws IOException {
        // given
        JsonNode payload = message("credit").path("payload");
        // then
        assertThat(shapes.misfits(payload, MAPPER.readTree("{\"type\":\"credit\",\"records\":1}")))
                .isEmpty();
        assertThat(shapes.misfits(payload, MAPPER.readTree("{\"type\":\"credit\"}")))
                .isNotEmpty();
        assertThat(shapes.misfits(payload, MAPPER.readTree("{\"type\":\"credit\",\"records\":\"1\"}")))
                .isNotEmpty();
        assertThat(shapes.misfits(payload, MAPPER.readTree("{\"type\":\"credit\",\"records\":1,\"x\":1}")))
                .isNotEmpty();
        assertThat(shapes.misfits(payload, MAPPER.readTree("{\"type\":\"other\",\"records\":1}")))
                .isNotEmpty();
    }

    @Test
    void namesEveryErrorWithItsNumber() {
        // given
        JsonNode described = document.at("/components/schemas/ErrorCode");
        Map<Integer, Set<String>> codes = new TreeMap<>();
        Set<String> retriable = new TreeSet<>();
        for (ErrorCode code : ErrorCode.values()) {
            codes.computeIfAbsent(code.number(), number -> new TreeSet<>()).add(code.name());
            if (code.retriable()) {
                retriable.add(Integer.toString(code.number()));
            }
        }
        // then
        Map<Integer, Set<String>> names = new TreeMap<>();
        described
                .path("x-names")
                .properties()
                .forEach(entry -> names.put(Integer.valueOf(entry.getKey()), texts(entry.getValue())));
        assertThat(names).isEqualTo(codes);
        assertThat(texts(described.path("enum")))
                .isEqualTo(codes.keySet().stream()
                        .map(number -> Integer.toString(number))
                        .collect(Collectors.toCollection(TreeSet::new)));
        assertThat(texts(described.path("x-retriable"))).isEqualTo(retriable);
    }

    @Test
    void namesEveryCodeThatTheServerClosesWithAndEverySubProtocol() {
        assertThat(names(document.at("/channels/socket/x-close-codes")))
                .isEqualTo(Arrays.stream(Goodbye.values())
                        .map(goodbye -> Integer.toString(goodbye.code()))
                        .collect(Collectors.toCollection(TreeSet::new)));
        assertThat(texts(document.at("/channels/socket/bindings/ws/headers/properties/Sec-WebSocket-Protocol/enum")))
                .isEqualTo(new TreeSet<>(Protocols.SUPPORTED));
    }

    @Test
    void drawsTheBinaryHeaderAsItIs() {
        // given
        Map<String, Integer> drawn = new TreeMap<>();
        document.at("/components/schemas/BinaryFrame/x-fields")
                .forEach(field ->
                        drawn.put(field.path("name").asText(), field.path("at").asInt()));
        // then
        assertThat(drawn)
                .isEqualTo(Map.of(
                        "version", 0,
                        "kind", BinaryFrame.KIND_AT,
                        "flags", BinaryFrame.FLAGS_AT,
                        "id", BinaryFrame.ID_AT,
                        "partition", BinaryFrame.PARTITION_AT,
                        "errorCode", BinaryFrame.ERROR_CODE_AT,
                        "offset", BinaryFrame.OFFSET_AT,
                        "end", BinaryFrame.END_AT,
                        "topicBytes", BinaryFrame.TOPIC_BYTES_AT,
                        "topic", BinaryFrame.HEADER_BYTES));
        assertThat(message("produceBatches").path("x-kind").asInt()).isEqualTo(BinaryFrame.PRODUCE);
        assertThat(message("producedBatches").path("x-kind").asInt()).isEqualTo(BinaryFrame.PRODUCED);
        assertThat(message("recordsBatches").path("x-kind").asInt()).isEqualTo(BinaryFrame.RECORDS);
        assertThat(document.at("/components/schemas/BinaryFrame/x-fields/0/value")
                        .asInt())
                .isEqualTo(BinaryFrame.VERSION);
    }
}
