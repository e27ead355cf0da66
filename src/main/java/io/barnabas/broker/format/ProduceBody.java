package io.barnabas.broker.format;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.io.IOException;

/**
 * Reads the body of a produce request of the REST v2 family:
 *
 * <pre>
 * {"records": [...], "key_schema": null, "key_schema_id": null, "value_schema": null, "value_schema_id": null}
 * </pre>
 *
 * <p>Clients of the family send the schema fields even when they use none; null is all they may be. {@code records} as in
 * {@link RecordsReader}, with its errors; it must not be empty. Confined to one thread.
 */
public final class ProduceBody {
    private static final String RECORDS = "records";

    private final RecordsReader reader;

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
                requireUnusedSchema(name, parser.currentToken());
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
