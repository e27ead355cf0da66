package io.barnabas.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.io.IOException;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * JSON bodies that carry no records, to and from our own body and view types. Strict: an unknown field, a duplicate, a
 * number where text belongs are errors that name the place. Never says what a body held.
 */
final class ControlJson {
    private static final int MAX_DEPTH = 32;

    /** Immutable once built. */
    private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(64)
                            .maxNameLength(1024)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfig(
                    LogicalType.Textual, config -> config.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .build();

    private ControlJson() {}

    static byte[] bytes(Object view) {
        try {
            return MAPPER.writeValueAsBytes(view);
        } catch (JsonProcessingException e) { // our own view types: a mistake of ours, not of the caller
            throw new IllegalStateException("cannot write " + view.getClass().getName(), e);
        }
    }

    /**
     * Reads a body.
     *
     * @throws BarnabasException {@code MALFORMED_REQUEST} with line and column, {@code INVALID_FIELD} with the field
     */
    static <T> T read(byte[] body, Class<T> type) {
        if (body.length == 0) {
            throw new BarnabasException(ErrorCode.MALFORMED_REQUEST, "the body is empty, a JSON object is expected");
        }
        T value;
        try {
            value = MAPPER.readValue(body, type);
        } catch (UnrecognizedPropertyException e) {
            throw invalid("unknown field '" + path(e) + "'; known are "
                    + new TreeSet<>(e.getKnownPropertyIds().stream()
                            .map(String::valueOf)
                            .toList()));
        } catch (MismatchedInputException e) {
            throw mismatched(e);
        } catch (StreamConstraintsException e) {
            throw malformed("a limit is exceeded", e);
        } catch (JsonMappingException e) {
            if (e.getCause() instanceof BarnabasException known) {
                throw known;
            }
            if (e.getCause() instanceof InputCoercionException) {
                throw invalid("field '" + path(e) + "' must be a whole number in range");
            }
            throw malformed("malformed JSON", e);
        } catch (JsonProcessingException e) {
            throw malformed("malformed JSON", e);
        } catch (IOException e) { // bytes in memory do not fail; broken UTF-8 does
            throw new BarnabasException(ErrorCode.MALFORMED_REQUEST, "malformed JSON: " + e.getMessage());
        }
        if (value == null) {
            throw new BarnabasException(ErrorCode.MALFORMED_REQUEST, "the body is null, a JSON object is expected");
        }
        return value;
    }

    private static BarnabasException mismatched(MismatchedInputException e) {
        String path = path(e);
        String expected = expected(e.getTargetType());
        if (path.isEmpty()) {
            return invalid("the body must be " + expected);
        }
        return invalid("field '" + path + "' must be " + expected);
    }

    private static String expected(Class<?> type) {
        if (type == null) {
            return "something else";
        }
        if (type == String.class) {
            return "text";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            return "a whole number in range";
        }
        return Iterable.class.isAssignableFrom(type) ? "an array" : "an object";
    }

    private static String path(JsonMappingException e) {
        return e.getPath().stream()
                .map(step -> step.getFieldName() != null ? "." + step.getFieldName() : "[" + step.getIndex() + "]")
                .collect(Collectors.joining())
                .replaceFirst("^\\.", "");
    }

    private static BarnabasException malformed(String what, JsonProcessingException e) {
        JsonLocation at = e.getLocation();
        String place = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
        return new BarnabasException(ErrorCode.MALFORMED_REQUEST, what + place + ": " + e.getOriginalMessage());
    }

    static BarnabasException invalid(String message) {
        return new BarnabasException(ErrorCode.INVALID_FIELD, message);
    }
}
