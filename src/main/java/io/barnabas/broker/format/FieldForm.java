package io.barnabas.broker.format;

import com.fasterxml.jackson.core.JsonParser;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * How stored bytes are shown in one format. Whether they fit is known only once they are written, so the caller takes back
 * what does not. Confined to one thread.
 */
sealed interface FieldForm {
    /** Writes bytes; null when they fit, else what they are not, as the end of a sentence: a part may be written then. */
    String write(JsonBytes out, byte[] bytes, int at, int length);

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

        private final PlainJson plain = new PlainJson();

        JsonForm(Json json) {
            this.json = json;
        }

        @Override
        public String write(JsonBytes out, byte[] bytes, int at, int length) {
            if (plain.fits(bytes, at, length)) {
                out.raw(bytes, at, length);
                return null;
            }
            String misfit = compact(bytes, at, length);
            if (misfit == null) {
                out.raw(compact.array(), 0, compact.size());
            }
            return misfit;
        }

        private String compact(byte[] bytes, int at, int length) {
            compact.clear();
            if (otherEncoding(bytes, at, length)) {
                return "is not UTF-8 JSON";
            }
            try (JsonParser parser = json.parser(bytes, at, length)) {
                return copy(parser);
            } catch (IOException e) { // memory has no I/O that could fail
                throw new UncheckedIOException(e);
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
        @Override
        public String write(JsonBytes out, byte[] bytes, int at, int length) {
            return out.string(bytes, at, length) ? null : "is not valid UTF-8";
        }
    }

    /** Any bytes as base64. */
    final class BinaryForm implements FieldForm {
        @Override
        public String write(JsonBytes out, byte[] bytes, int at, int length) {
            out.base64(bytes, at, length);
            return null;
        }
    }
}
