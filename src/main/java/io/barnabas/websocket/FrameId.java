package io.barnabas.websocket;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** What a client numbers its frames with: a string or a whole number, given back as it came. */
sealed interface FrameId {
    void write(JsonGenerator out) throws IOException;

    /** The frame has none, or it could not be read. */
    record None() implements FrameId {
        @Override
        public void write(JsonGenerator out) {
            // left out of the answer too
        }
    }

    record Text(String text) implements FrameId {
        @Override
        public void write(JsonGenerator out) throws IOException {
            out.writeStringField("id", text);
        }
    }

    record Whole(long number) implements FrameId {
        @Override
        public void write(JsonGenerator out) throws IOException {
            out.writeNumberField("id", number);
        }
    }
}
