package io.barnabas.websocket;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.barnabas.broker.ProduceRequest;
import io.barnabas.broker.ProducerIdentity;
import io.barnabas.broker.Producing;
import io.barnabas.broker.StartPosition;
import io.barnabas.broker.format.Json;
import io.barnabas.broker.format.RecordFormat;
import io.barnabas.broker.format.RecordsLimits;
import io.barnabas.broker.format.RecordsReader;
import io.barnabas.broker.subscription.SubscribeRequest;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.ProducerSequence;
import io.barnabas.record.TraceParent;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads the frames of {@code barnabas.json.v1}, records straight into batches. Fields may come in any order; the records
 * of a produce frame are read in one pass when type, topic, acks and format stand before them, otherwise they are passed
 * over first. Thread-safe: each frame has a reading of its own.
 */
final class FrameReader {
    private static final String DEFAULT_CLIENT_ID = "websocket";

    private final Json json;
    private final Producing producing;
    private final RecordsLimits limits;
    private final long defaultCredit;

    FrameReader(Json json, Producing producing, RecordsLimits limits, long defaultCredit) {
        this.json = requireNonNull(json, "json");
        this.producing = requireNonNull(producing, "producing");
        this.limits = requireNonNull(limits, "limits");
        this.defaultCredit = defaultCredit;
    }

    /**
     * The frame, or the reason why there is none.
     *
     * @param trace that its records are part of when they do not say so themselves
     */
    ClientFrame read(String text, Optional<TraceParent> trace) throws FrameException {
        Reading reading = new Reading(text, trace);
        try {
            return reading.frame();
        } catch (IOException e) {
            throw new FrameException(reading.idOrSearch(), refusal(e, reading.current));
        } catch (BarnabasException e) {
            throw new FrameException(reading.idOrSearch(), e);
        }
    }

    private static BarnabasException refusal(IOException failure, JsonParser parser) {
        try {
            return Json.refusal(failure, parser);
        } catch (IOException e) { // a string has no transport that could fail
            throw new UncheckedIOException(e);
        }
    }

    /** One frame while it is read. */
    private final class Reading {
        private static final int NOWHERE = -1;

        private final String text;
        private final Optional<TraceParent> trace;
        private final Set<FrameField> given = EnumSet.noneOf(FrameField.class);
        private FrameId id = new FrameId.None();
        private FrameType type;
        private String topic;
        private String group;
        private String assignor;
        private String clientId = DEFAULT_CLIENT_ID;
        private Acks acks = Acks.ALL;
        private RecordFormat format = RecordFormat.JSON;
        private StartPosition from;
        private boolean autoCommit;
        private Set<Integer> partitions = Set.of();
        private Map<Integer, CommittedOffset> offsets = Map.of();
        private int partition;
        private int generation;
        private long offset;
        private long timestamp;
        private long credit = defaultCredit;
        private long producerId;
        private int producerEpoch;
        private int sequence;
        private ProduceRequest produce;

        /** The parser that read last: it knows where it stopped. */
        private JsonParser current;

        /** Where the records begin that were passed over. */
        private int recordsAt = NOWHERE;

        private Reading(String text, Optional<TraceParent> trace) {
            this.text = text;
            this.trace = trace;
        }

        ClientFrame frame() throws IOException {
            try (JsonParser parser = json.parser(text)) {
                current = parser;
                if (parser.nextToken() != JsonToken.START_OBJECT) {
                    throw new BarnabasException(ErrorCode.MALFORMED_REQUEST, "a frame must be a JSON object");
                }
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    FrameField field = FrameField.named(name);
                    if (parser.nextToken() != JsonToken.VALUE_NULL) { // null is as good as absent
                        take(parser, field);
                    }
                }
                if (parser.nextToken() != null) {
                    throw new BarnabasException(ErrorCode.MALFORMED_REQUEST, "there is more behind the frame's object");
                }
            }
            JsonFields.refuse(type == null, "field 'type' is missing");
            type.check(given);
            return build();
        }

        private void take(JsonParser parser, FrameField field) throws IOException {
            JsonFields.refuse(!given.add(field), "field '" + field.label() + "' is given twice");
            switch (field) {
                case TYPE -> type = FrameType.named(JsonFields.text(parser, "type"));
                case ID -> id = JsonFields.id(parser);
                case TOPIC -> topic = JsonFields.text(parser, "topic");
                case ACKS -> acks = Acks.parse(JsonFields.text(parser, "acks"));
                case FORMAT -> format = RecordFormat.parse(JsonFields.text(parser, "format"));
                case RECORDS -> takeRecords(parser);
                case GROUP -> group = JsonFields.text(parser, "group");
                case PARTITIONS -> partitions = JsonFields.partitions(parser, "partitions");
                case FROM -> from = JsonFields.start(parser, "from");
                case CREDIT -> credit = JsonFields.number(parser, "credit", 0);
                case AUTO_COMMIT -> autoCommit = JsonFields.bool(parser, "autoCommit");
                case ASSIGNOR -> assignor = JsonFields.text(parser, "assignor");
                case CLIENT_ID -> clientId = JsonFields.text(parser, "clientId");
                case OFFSETS -> offsets = JsonFields.offsets(parser, "offsets");
                case GENERATION -> generation = JsonFields.partition(parser, "generation");
                case PARTITION -> partition = JsonFields.partition(parser, "partition");
                case OFFSET -> offset = JsonFields.number(parser, "offset", 0);
                case PRODUCER_ID ->
                    producerId = JsonFields.number(parser, "producerId", 0, ProducerSequence.MAX_PRODUCER_ID);
                case PRODUCER_EPOCH ->
                    producerEpoch = (int) JsonFields.number(parser, "producerEpoch", 0, Short.MAX_VALUE);
                case SEQUENCE -> sequence = (int) JsonFields.number(parser, "sequence", 0, Integer.MAX_VALUE);
                case TIMESTAMP -> timestamp = JsonFields.number(parser, "timestamp", 0);
            }
        }

        /** A number in a credit frame, an array in a produce frame. */
        private void takeRecords(JsonParser parser) throws IOException {
            if (parser.currentToken() == JsonToken.START_ARRAY) {
                if (type == FrameType.PRODUCE
                        && given.containsAll(EnumSet.of(FrameField.TOPIC, FrameField.ACKS, FrameField.FORMAT))) {
                    readRecords(parser);
                } else {
                    recordsAt = (int) parser.currentTokenLocation().getCharOffset();
                    parser.skipChildren();
                }
            } else {
                credit = JsonFields.number(parser, "records", 1);
                recordsAt = NOWHERE;
            }
        }

        private void readRecords(JsonParser parser) throws IOException {
            ProduceRequest request = producing.begin(topic, OptionalInt.empty(), acks);
            request.trace(trace);
            int count = new RecordsReader(format, limits)
                    .read(
                            parser,
                            "records",
                            record -> request.add(
                                    record.partition(),
                                    record.timestamp(),
                                    record.keyBytes(),
                                    record.valueBytes(),
                                    record.headers()));
            JsonFields.refuse(count == 0, "records must not be empty");
            produce = request;
        }

        private ClientFrame build() throws IOException {
            return switch (type) {
                case PRODUCE -> produce();
                case PRODUCER -> producer();
                case SUBSCRIBE -> new ClientFrame.Subscribe(id, subscribe(), format);
                case CREDIT -> {
                    JsonFields.refuse(recordsAt != NOWHERE, "records must be a number in a credit frame");
                    yield new ClientFrame.Credit(id, credit);
                }
                case COMMIT ->
                    new ClientFrame.Commit(
                            id,
                            offsets,
                            given.contains(FrameField.GENERATION) ? OptionalInt.of(generation) : OptionalInt.empty());
                case SEEK -> new ClientFrame.Seek(id, partition, seekTo());
                case RELEASED -> new ClientFrame.Released(id, partitions);
                case UNSUBSCRIBE -> new ClientFrame.Unsubscribe(id);
            };
        }

        private ClientFrame produce() throws IOException {
            if (recordsAt != NOWHERE) {
                StringReader rest = new StringReader(text);
                rest.skip(recordsAt);
                try (JsonParser parser = json.parser(rest)) {
                    current = parser;
                    parser.nextToken();
                    readRecords(parser);
                }
            }
            JsonFields.refuse(produce == null, "records must be an array in a produce frame");
            if (requireAllOrNone(FrameField.PRODUCER_ID, FrameField.PRODUCER_EPOCH, FrameField.SEQUENCE)) {
                produce.producer(new ProducerSequence(producerId, (short) producerEpoch, sequence));
            }
            return new ClientFrame.Produce(id, produce, acks != Acks.NONE);
        }

        private ClientFrame producer() {
            if (!requireAllOrNone(FrameField.PRODUCER_ID, FrameField.PRODUCER_EPOCH)) {
                return new ClientFrame.Producer(id, producing::newProducer);
            }
            ProducerIdentity known = new ProducerIdentity(producerId, (short) producerEpoch);
            return new ClientFrame.Producer(id, () -> producing.renewProducer(known));
        }

        /** Whether they are given. */
        private boolean requireAllOrNone(FrameField... fields) {
            List<FrameField> together = List.of(fields);
            boolean all = given.containsAll(together);
            JsonFields.refuse(
                    !all && together.stream().anyMatch(given::contains),
                    together.stream().map(FrameField::label).collect(Collectors.joining(", "))
                            + " belong together: give all or none");
            return all;
        }

        private SubscribeRequest subscribe() {
            return new SubscribeRequest(
                    topic,
                    Optional.ofNullable(group),
                    partitions,
                    Optional.ofNullable(from),
                    credit,
                    autoCommit,
                    Optional.ofNullable(assignor),
                    clientId);
        }

        private StartPosition seekTo() {
            boolean byOffset = given.contains(FrameField.OFFSET);
            JsonFields.refuse(
                    byOffset == given.contains(FrameField.TIMESTAMP),
                    "a seek frame has either 'offset' or 'timestamp'");
            return byOffset ? new StartPosition.Offset(offset) : new StartPosition.Timestamp(timestamp);
        }

        /** The id, also when it stands behind what was wrong. */
        FrameId idOrSearch() {
            if (given.contains(FrameField.ID)) {
                return id;
            }
            try (JsonParser parser = json.parser(text)) {
                parser.nextToken();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    boolean found = parser.currentName().equals(FrameField.ID.label());
                    parser.nextToken();
                    if (found) {
                        return JsonFields.id(parser);
                    }
                    parser.skipChildren();
                }
            } catch (IOException | BarnabasException e) { // the frame is wrong, which its sender is told already
                return id;
            }
            return id;
        }
    }
}
