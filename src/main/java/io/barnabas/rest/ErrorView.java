package io.barnabas.rest;

import com.fasterxml.jackson.annotation.JsonProperty;

/** An error as the REST v2 family tells it. */
record ErrorView(
        @JsonProperty("error_code") int errorCode,
        @JsonProperty("message") String message) {}
