package io.barnabas.load;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The answer to a produce request in JSON, over HTTP and WebSocket alike: {@code
 * {"offsets":[{"partition":0,"offset":7}, {"error_code":40401,"message":".."}]}}, an entry a record, in order. Confined
 * to one thread.
 */
final class OffsetsAnswer {
    private final JsonFactory json = new JsonFactory();

    private long offset;
    private int errorCode;
    private String message;

    /** Tells the parcel what became of each of its records. */
    void settle(ByteBuffer body, Parcel parcel) throws IOException {
        try (JsonParser parser =
                json.createParser(body.array(), body.arrayOffset() + body.position(), body.remaining())) {
            int entries = 0;
            if (moveToOffsets(parser)) {
                while (parser.nextToken() == JsonToken.START_OBJECT) {
                    readEntry(parser);
                    settleEntry(parcel, entries++);
                }
            }
            if (entries != parcel.count()) {
                throw new IOException("the answer has " + entries + " offsets for " + parcel.count() + " records");
            }
        }
    }

    private void settleEntry(Parcel parcel, int index) throws IOException {
        if (index >= parcel.count()) {
            throw new IOException("the answer has more offsets than the request had records, " + parcel.count());
        }
        if (errorCode == 0) {
            parcel.stored(index, offset);
        } else {
            parcel.refused(index, errorCode + " " + message);
        }
    }

    private static boolean moveToOffsets(JsonParser parser) throws IOException {
        parser.nextToken();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (name.equals("offsets") && value == JsonToken.START_ARRAY) {
                return true;
            }
            parser.skipChildren();
        }
        return false;
    }

    private void readEntry(JsonParser parser) throws IOException {
        offset = Target.Acknowledgements.NO_OFFSET;
        errorCode = 0;
        message = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (name) {
                case "offset" -> offset = value == JsonToken.VALUE_NULL ? offset : parser.getLongValue();
                case "error_code" -> errorCode = value == JsonToken.VALUE_NULL ? 0 : parser.getIntValue();
                case "message" -> message = parser.getValueAsString();
                default -> parser.skipChildren();
            }
        }
    }
}
