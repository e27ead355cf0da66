package io.barnabas.load;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What a text frame from the server says about itself; fields it lacks are empty or 0. Stops reading at the first array,
 * so a long frame costs only its beginning: servers write type and id in front.
 */
record ControlFrame(String type, String id, int errorCode, String message) {
    static ControlFrame parse(JsonFactory json, ByteBuffer utf8) throws IOException {
        String type = "";
        String id = "";
        String message = "";
        int errorCode = 0;
        try (JsonParser parser =
                json.createParser(utf8.array(), utf8.arrayOffset() + utf8.position(), utf8.remaining())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("the server sent a text frame that is not a JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                if (parser.nextToken() == JsonToken.START_ARRAY && !type.isEmpty()) {
                    break;
                }
                switch (name) {
                    case "type" -> type = parser.getText();
                    case "id" -> id = parser.getText();
                    case "error_code" -> errorCode = parser.getIntValue();
                    case "message" -> message = parser.getText();
                    default -> parser.skipChildren();
                }
            }
        }
        return new ControlFrame(type, id, errorCode, message);
    }

    /** The id as the number that this program sent. */
    int numericId() throws IOException {
        try {
            return Integer.parseInt(id);
        } catch (NumberFormatException e) {
            throw new IOException("the server sent a '" + type + "' frame with id '" + id + "': " + message, e);
        }
    }
}
