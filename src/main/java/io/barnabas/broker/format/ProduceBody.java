package io.barnabas.broker.format;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonParser.NumberType;
import com.fasterxml.jackson.core.JsonToken;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.ProducerSequence;
import java.io.IOException;
import java.util.Optional;

/**
 * Reads the body of a produce request of the REST v2 family:
 *
 * <pre>
 * {"records": [...], "key_schema": null, "key_schema_id": null, "value_schema": null, "value_schema_id": null}
 * </pre>
 *
 * <p>An idempotent producer adds {@code "producer_id": 7, "producer_epoch": 0, "sequence": 120}: all three or none, the
 * sequence being that of the first record. Null counts as absent.
 *
 * <p>Clients of the family send the schema fields even when they use none; null is all they may be. {@code records} as in
 * {@link RecordsReader}, with its errors; it must not be empty. Confined to one thread.
 */
public final class ProduceBody {
    private static final String RECORDS = "records";

    private static final String PRODUCER_ID = "producer_id";
    private static final String PRODUCER_EPOCH = "producer_epoch";
    private static final String SEQUENCE = "sequence";
    private static final long ABSENT = -1;

    private final RecordsReader reader;
    private long producerId = ABSENT;
    private long producerEpoch = ABSENT;
    private long sequence = ABSENT;

    public ProduceBody(RecordFormat format, RecordsLimits limits) {
        this.reader = new RecordsReader(format, limits);
    }

    /**
     * Reads the whole of what {@code parser}, which is fresh, has; hands each record to {@code sink}.
     *
     * @return how many records there were, at least 1
     * @throws IOException when the source of the JSON fails
     */
    public int read(JsonParser parser, RecordSink sink) throws IOException {
        try {
            return readObject(parser, sink);
        } catch (IOException e) {
            throw Json.refusal(e, parser);
        }
    }

    /**
     * Who sends the body that was read; absent when it did not say.
     *
     * @throws BarnabasException {@code INVALID_FIELD} when it says so in part
     */
    public Optional<ProducerSequence> producer() {
        if (producerId == ABSENT && producerEpoch == ABSENT && sequence == ABSENT) {
            return Optional.empty();
        }
        if (producerId == ABSENT || producerEpoch == ABSENT || sequence == ABSENT) {
            throw Fields.invalid(
                    PRODUCER_ID + ", " + PRODUCER_EPOCH + " and " + SEQUENCE + " belong together: give all or none");
        }
        return Optional.of(new ProducerSequence(producerId, (short) producerEpoch, (int) sequence));
    }

    private int readObject(JsonParser parser, RecordSink sink) throws IOException {
        JsonToken first = parser.nextToken();
        if (first == null) {
            throw new BarnabasException(ErrorCode.MALFORMED_REQUEST, "body is empty");
        }
        if (first != JsonToken.START_OBJECT) {
            throw Fields.wrongType(parser, "body", "an object");
        }
        int count = -1;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            if (name.equals(RECORDS)) {
                if (count >= 0) {
                    throw Fields.twice(RECORDS);
                }
                count = reader.read(parser, RECORDS, sink);
            } else {
                readOther(name, parser);
            }
        }
        if (parser.nextToken() != null) {
            throw new BarnabasException(
                    ErrorCode.MALFORMED_REQUEST, "there is more behind the body's object" + Json.place(parser));
        }
        if (count < 0) {
            throw Fields.invalid(RECORDS + " is missing");
        }
        if (count == 0) {
            throw Fields.invalid(RECORDS + " must not be empty");
        }
        return count;
    }

    private void readOther(String name, JsonParser parser) throws IOException {
        switch (name) {
            case PRODUCER_ID -> producerId = number(parser, name, producerId, ProducerSequence.MAX_PRODUCER_ID);
            case PRODUCER_EPOCH -> producerEpoch = number(parser, name, producerEpoch, Short.MAX_VALUE);
            case SEQUENCE -> sequence = number(parser, name, sequence, Integer.MAX_VALUE);
            default -> requireUnusedSchema(name, parser.currentToken());
        }
    }

    private static long number(JsonParser parser, String name, long before, long most) throws IOException {
        if (before != ABSENT) {
            throw Fields.twice(name);
        }
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return ABSENT;
        }
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw Fields.wrongType(parser, name, "an integer or null");
        }
        boolean fits = parser.getNumberType() != NumberType.BIG_INTEGER;
        long number = fits ? parser.getLongValue() : -1;
        if (number < 0 || number > most) {
            throw Fields.invalid(name + " must be from 0 to " + most);
        }
        return number;
    }

    private static void requireUnusedSchema(String name, JsonToken value) {
        switch (name) {
            case "key_schema", "key_schema_id", "value_schema", "value_schema_id" -> {
                if (value != JsonToken.VALUE_NULL) {
                    throw Fields.invalid(name + " must be null: schemas are not supported");
                }
            }
            default -> throw Fields.unknown(Fields.shown(name));
        }
    }
}
