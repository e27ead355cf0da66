package io.barnabas.rest;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.barnabas.record.ErrorCode;
import java.util.Locale;

/** An error as RFC 9457 tells it. */
record ProblemView(
        @JsonProperty("type") String type,
        @JsonProperty("title") String title,
        @JsonProperty("status") int status,
        @JsonProperty("detail") String detail,
        @JsonProperty("instance") String instance,
        @JsonProperty("error_code") int errorCode,
        @JsonProperty("retriable") boolean retriable) {

    static ProblemView of(ErrorCode code, int status, String message, String path) {
        String words = code.name().toLowerCase(Locale.ROOT);
        return new ProblemView(
                "urn:barnabas:error:" + words.replace('_', '-'),
                words.replace('_', ' '),
                status,
                message,
                path,
                code.number(),
                code.retriable());
    }
}
