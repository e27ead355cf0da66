package io.barnabas.broker.format;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * How stored bytes are shown in one format. {@link #prepare} comes first and says whether they fit, so that a record that
 * does not is known before any of it is written. Confined to one thread.
 */
sealed interface FieldForm {
    /** Takes bytes; null when they fit, else what they are not, as the end of a sentence. */
    String prepare(byte[] bytes, int at, int length) throws IOException;

    /** Writes what was prepared last. The bytes given then must not have changed. */
    void write(JsonGenerator out) throws IOException;

    static FieldForm of(RecordFormat format, Json json) {
        return switch (format) {
            case JSON -> new JsonForm(json);
            case TEXT -> new TextForm();
            case BINARY -> new BinaryForm();
        };
    }

    /** JSON as JSON, compact, numbers as stored. */
    final class JsonForm implements FieldForm {
        private final Json json;

        /** Compact text is at most twice as long as what it stands for, so the record's own limit bounds it. */
        private final Scratch compact = new Scratch(
                Integer.MAX_VALUE - 8,
                () -> new BarnabasException(ErrorCode.RECORD_TOO_LARGE, "JSON is too large to be shown"));

        private final RawJson raw = new RawJson(compact);

        JsonForm(Json json) {
            this.json = json;
        }

        @Override
        public String prepare(byte[] bytes, int at, int length) throws IOException {
            compact.clear();
            if (otherEncoding(bytes, at, length)) {
                return "is not UTF-8 JSON";
            }
            try (JsonParser parser = json.parser(bytes, at, length)) {
                return copy(parser);
            }
        }

        private String copy(JsonParser parser) throws IOException {
            try {
                if (parser.nextToken() == null) {
                    return "is empty, which is not JSON";
                }
                JsonCopy.copy(parser, compact);
                return parser.nextToken() == null ? null : "is more than one JSON value";
            } catch (IOException e) {
                BarnabasException refusal = Json.refusal(e, parser);
                return refusal.code() == ErrorCode.RECORD_TOO_LARGE
                        ? "is JSON over a limit of this broker"
                        : "is not valid JSON";
            }
        }

        @Override
        public void write(JsonGenerator out) throws IOException {
            out.writeRawValue(raw);
        }

        /** The parser would take UTF-16 and UTF-32 too; both have a zero byte or a mark of their own at the start. */
        private static boolean otherEncoding(byte[] bytes, int at, int length) {
            if (length > 0 && (bytes[at] & 0xfe) == 0xfe) {
                return true;
            }
            for (int i = 0; i < Math.min(4, length); i++) {
                if (bytes[at + i] == 0) {
                    return true;
                }
            }
            return false;
        }
    }

    /** UTF-8 as a string; what is not UTF-8 does not fit. */
    final class TextForm implements FieldForm {
        private static final int INITIAL_CHARS = 512;

        private final CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);

        private CharBuffer text = CharBuffer.allocate(INITIAL_CHARS);

        @Override
        public String prepare(byte[] bytes, int at, int length) {
            if (text.capacity() < length) {
                // UTF-8 never has more characters than bytes.
                text = CharBuffer.allocate(length);
            }
            text.clear();
            decoder.reset();
            CoderResult result = decoder.decode(ByteBuffer.wrap(bytes, at, length), text, true);
            text.flip();
            return result.isError() ? "is not valid UTF-8" : null;
        }

        @Override
        public void write(JsonGenerator out) throws IOException {
            out.writeString(text.array(), text.arrayOffset(), text.remaining());
        }
    }

    /** Any bytes as base64. */
    final class BinaryForm implements FieldForm {
        private byte[] bytes = new byte[0];
        private int at;
        private int length;

        @Override
        public String prepare(byte[] prepared, int preparedAt, int preparedLength) {
            bytes = prepared;
            at = preparedAt;
            length = preparedLength;
            return null;
        }

        @Override
        public void write(JsonGenerator out) throws IOException {
            out.writeBinary(bytes, at, length);
        }
    }
}
