package io.barnabas.rest;

import io.barnabas.broker.IdempotencyKey;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.List;
import java.util.Optional;

/** Reads path and query parameters; a wrong one is {@code INVALID_FIELD} that names it. */
final class Parameters {
    private static final String IDEMPOTENCY_KEY = "Idempotency-Key";

    private Parameters() {}

    static TopicPartition partition(String topic, String partition) {
        return new TopicPartition(topic, partitionNumber(partition));
    }

    static int partitionNumber(String partition) {
        return (int) number("path parameter 'partition'", partition, 0, Integer.MAX_VALUE);
    }

    static int integer(String name, String value, int least, int most, int absent) {
        return value == null ? absent : (int) number("query parameter '" + name + "'", value, least, most);
    }

    static long whole(String name, String value, long least, long most) {
        return number("query parameter '" + name + "'", value, least, most);
    }

    static boolean flag(String name, String value) {
        if (value == null) {
            return false;
        }
        return switch (value) {
            case "true", "" -> true;
            case "false" -> false;
            default -> throw invalid("query parameter '" + name + "' must be true or false, got '" + value + "'");
        };
    }

    /** The header {@code Idempotency-Key}, which may be given once. */
    static Optional<IdempotencyKey> idempotencyKey(HttpHeaders headers) {
        List<String> given = headers.getRequestHeader(IDEMPOTENCY_KEY);
        if (given == null || given.isEmpty()) {
            return Optional.empty();
        }
        if (given.size() > 1) {
            throw invalid("header '" + IDEMPOTENCY_KEY + "' is given " + given.size() + " times");
        }
        return Optional.of(IdempotencyKey.parse(given.get(0)));
    }

    private static long number(String what, String value, long least, long most) {
        long number;
        try {
            number = Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw invalid(what + " must be a whole number, got '" + abbreviated(value) + "'");
        }
        if (number < least || number > most) {
            throw invalid(what + " must be between " + least + " and " + most + ", got " + number);
        }
        return number;
    }

    private static String abbreviated(String value) {
        return value.length() <= 40 ? value : value.substring(0, 40) + "...";
    }

    private static BarnabasException invalid(String message) {
        return new BarnabasException(ErrorCode.INVALID_FIELD, message);
    }
}
