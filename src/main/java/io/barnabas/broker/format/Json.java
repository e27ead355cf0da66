package io.barnabas.broker.format;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.Writer;

/** The one source of JSON parsers and generators, with limits, and of the errors they end in. Thread-safe; share it. */
public final class Json {
    private final JsonFactory factory;

    public Json(JsonLimits limits) {
        requireNonNull(limits, "limits");
        this.factory = new JsonFactoryBuilder()
                // Names come from clients: interning them would keep them for the life of the process.
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                // Otherwise what lies beyond the basic plane would be written as twelve bytes of escapes.
                .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(limits.maxNestingDepth())
                        .maxStringLength(limits.maxStringChars())
                        .maxNumberLength(limits.maxNumberChars())
                        .maxNameLength(limits.maxNameChars())
                        .build())
                .build();
    }

    /**
     * Reads the first bytes at once, to tell the encoding.
     *
     * @throws BarnabasException {@code MALFORMED_REQUEST} when they are in no encoding that JSON has
     */
    public JsonParser parser(InputStream source) throws IOException {
        try {
            return factory.createParser(source);
        } catch (CharConversionException e) {
            throw notUtf8();
        }
    }

    public JsonParser parser(Reader source) throws IOException {
        return factory.createParser(source);
    }

    public JsonParser parser(String source) throws IOException {
        return factory.createParser(source);
    }

    /** As {@link #parser(InputStream)}, for what lies in {@code [at, at + length)}. */
    public JsonParser parser(byte[] source, int at, int length) throws IOException {
        try {
            return factory.createParser(source, at, length);
        } catch (CharConversionException e) {
            throw notUtf8();
        }
    }

    /** Writes UTF-8. Closing the generator closes {@code target}. */
    public JsonGenerator generator(OutputStream target) throws IOException {
        return factory.createGenerator(target);
    }

    public JsonGenerator generator(Writer target) throws IOException {
        return factory.createGenerator(target);
    }

    /**
     * The answer to a failure of {@code parser}: {@code RECORD_TOO_LARGE} when a limit was met, {@code MALFORMED_REQUEST} when
     * the JSON is wrong, both with line and column and without a word of the contents.
     *
     * @throws IOException the failure itself, when it is the transport's
     */
    public static BarnabasException refusal(IOException failure, JsonParser parser) throws IOException {
        if (failure instanceof StreamConstraintsException e) {
            return new BarnabasException(
                    ErrorCode.RECORD_TOO_LARGE, "JSON exceeds a limit" + place(e, parser) + ": " + limit(e));
        }
        if (failure instanceof JsonEOFException e) {
            return new BarnabasException(ErrorCode.MALFORMED_REQUEST, "JSON ends too early" + place(e, parser));
        }
        if (failure instanceof JsonProcessingException e) {
            return new BarnabasException(ErrorCode.MALFORMED_REQUEST, "JSON is malformed" + place(e, parser));
        }
        if (failure instanceof CharConversionException) {
            return notUtf8();
        }
        throw failure;
    }

    private static BarnabasException notUtf8() {
        return new BarnabasException(ErrorCode.MALFORMED_REQUEST, "JSON is not encoded as UTF-8");
    }

    /** Where the parser's current token starts, as {@code " at line 1, column 2"}. */
    static String place(JsonParser parser) {
        return place(parser.currentTokenLocation());
    }

    private static String place(JsonProcessingException failure, JsonParser parser) {
        return place(failure.getLocation() == null ? parser.currentLocation() : failure.getLocation());
    }

    private static String place(JsonLocation location) {
        return " at line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    /** The library's words for limits hold figures only, never contents. */
    private static String limit(StreamConstraintsException failure) {
        return failure.getOriginalMessage().replaceAll(",? ?from `[^`]*`", "");
    }
}
