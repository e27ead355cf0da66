package io.barnabas.load;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The answer to a POST of record batches: {@code {"partition":0,"base_offset":7,"last_offset":9, ...}}, both inclusive.
 * Confined to one thread.
 */
final class AppendedAnswer {
    private static final long MISSING = -1;

    private final JsonFactory json = new JsonFactory();

    /** Tells the parcel where its records are. */
    void settle(ByteBuffer body, Parcel parcel) throws IOException {
        long first = MISSING;
        long last = MISSING;
        try (JsonParser parser =
                json.createParser(body.array(), body.arrayOffset() + body.position(), body.remaining())) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "base_offset" -> first = parser.getLongValue();
                    case "last_offset" -> last = parser.getLongValue();
                    default -> parser.skipChildren();
                }
            }
        }
        if (first == MISSING || last - first + 1 != parcel.count()) {
            throw new IOException(
                    "the answer tells of offsets " + first + " to " + last + " for " + parcel.count() + " records");
        }
        parcel.allStored(first);
    }
}
