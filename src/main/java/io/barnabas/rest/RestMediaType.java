package io.barnabas.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.barnabas.broker.format.RecordFormat;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.nio.charset.Charset;
import java.util.List;

/** The media types that are spoken, and what a request's {@code Content-Type} must be. */
final class RestMediaType {
    /** Control calls and every answer without records. */
    static final String KAFKA = "application/vnd.kafka.v2+json";

    static final String KAFKA_JSON = "application/vnd.kafka.json.v2+json";
    static final String KAFKA_BINARY = "application/vnd.kafka.binary.v2+json";
    static final String KAFKA_TEXT = "application/vnd.kafka.text.v2+json";
    static final String JSON = MediaType.APPLICATION_JSON;
    static final String PROBLEM = "application/problem+json";

    /** Record batches back to back. */
    static final String BATCHES = "application/vnd.barnabas.batches";

    /** What an answer without records may be called; clients of the family ask for any of them. */
    static final String CONTROL_ANSWER = KAFKA + ";qs=1";

    static final String JSON_ANSWER = JSON + ";qs=0.9";
    static final String KAFKA_JSON_ANSWER = KAFKA_JSON + ";qs=0.8";
    static final String KAFKA_BINARY_ANSWER = KAFKA_BINARY + ";qs=0.7";
    static final String KAFKA_TEXT_ANSWER = KAFKA_TEXT + ";qs=0.6";

    /** So that a request may ask for errors of that shape alone. */
    static final String PROBLEM_ANSWER = PROBLEM + ";qs=0.1";

    private static final List<String> CONTROL = List.of(KAFKA, JSON, KAFKA_JSON, KAFKA_BINARY, KAFKA_TEXT);

    private static final List<String> RECORDS = List.of(KAFKA_JSON, KAFKA_TEXT, KAFKA_BINARY, JSON);

    private RestMediaType() {}

    /** Checks the type of a body that carries no records; a request without a type is taken for JSON. */
    static void requireControl(HttpHeaders headers) {
        MediaType type = headers.getMediaType();
        if (type != null) {
            requireOneOf(type, CONTROL);
        }
    }

    /** Checks that the body is batches. */
    static void requireBatches(HttpHeaders headers) {
        MediaType type = headers.getMediaType();
        if (type == null) {
            throw new BarnabasException(
                    ErrorCode.UNSUPPORTED_MEDIA_TYPE, "Content-Type is missing; expected " + BATCHES);
        }
        requireOneOf(type, List.of(BATCHES));
    }

    /** The format of a body with records. */
    static RecordFormat recordFormat(HttpHeaders headers) {
        MediaType type = headers.getMediaType();
        if (type == null) {
            throw new BarnabasException(
                    ErrorCode.UNSUPPORTED_MEDIA_TYPE, "Content-Type is missing; expected one of " + RECORDS);
        }
        return RecordFormat.ofMediaType(requireOneOf(type, RECORDS)).orElseThrow();
    }

    /** The format that Accept asks for; JSON when it leaves the choice. */
    static RecordAnswer recordAnswer(Accepted accepted) {
        for (MediaType wanted : accepted.types()) {
            if (wanted.isWildcardSubtype() && wanted.isCompatible(MediaType.APPLICATION_JSON_TYPE)) {
                return new RecordAnswer(RecordFormat.JSON, KAFKA_JSON);
            }
            String name = name(wanted);
            if (RECORDS.contains(name)) {
                return new RecordAnswer(RecordFormat.ofMediaType(name).orElseThrow(), name);
            }
        }
        throw notAcceptable(accepted, "records come as one of " + RECORDS);
    }

    /** What an answer in a format that is given is called, or {@code NOT_ACCEPTABLE}. */
    static RecordAnswer recordAnswer(Accepted accepted, RecordFormat format) {
        for (MediaType wanted : accepted.types()) {
            if (wanted.isWildcardSubtype() && wanted.isCompatible(MediaType.APPLICATION_JSON_TYPE)) {
                return new RecordAnswer(format, format.mediaType());
            }
            String name = name(wanted);
            if (RecordFormat.ofMediaType(name).filter(format::equals).isPresent()) {
                return new RecordAnswer(format, name);
            }
        }
        throw notAcceptable(
                accepted,
                "the instance was created with format '" + format.label() + "', ask for " + format.mediaType());
    }

    private static BarnabasException notAcceptable(Accepted accepted, String why) {
        return new BarnabasException(ErrorCode.NOT_ACCEPTABLE, "Accept '" + accepted.text() + "' does not fit: " + why);
    }

    /** What a request accepts, best first, taken out of it: the request itself is not to be asked from other threads. */
    record Accepted(List<MediaType> types, String text) {
        Accepted {
            types = List.copyOf(types);
        }

        static Accepted of(HttpHeaders headers) {
            return new Accepted(headers.getAcceptableMediaTypes(), headers.getHeaderString(HttpHeaders.ACCEPT));
        }
    }

    /** A format with the name it goes by in this answer. */
    record RecordAnswer(RecordFormat format, String mediaType) {}

    /** The type's name without parameters, having checked that it is one of {@code known} and UTF-8. */
    static String requireOneOf(MediaType type, List<String> known) {
        String name = name(type);
        if (!known.contains(name)) {
            throw new BarnabasException(
                    ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                    "Content-Type '" + name + "' is not supported here; expected one of " + known);
        }
        requireUtf8(type);
        return name;
    }

    private static void requireUtf8(MediaType type) {
        String charset = type.getParameters().get(MediaType.CHARSET_PARAMETER);
        if (charset == null) {
            return;
        }
        boolean utf8;
        try {
            utf8 = Charset.forName(charset).equals(UTF_8);
        } catch (IllegalArgumentException e) { // a name that nobody knows is not UTF-8 either
            utf8 = false;
        }
        if (!utf8) {
            throw new BarnabasException(
                    ErrorCode.UNSUPPORTED_MEDIA_TYPE, "charset '" + charset + "' is not supported; send UTF-8");
        }
    }

    static String name(MediaType type) {
        return type.getType() + "/" + type.getSubtype();
    }
}
