package io.barnabas.rest;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The body of {@code POST .../truncate}: records below {@code offset} go. */
record TruncateBody(@JsonProperty("offset") Long offset) {
    long requiredOffset() {
        if (offset == null) {
            throw ControlJson.invalid("field 'offset' is missing");
        }
        if (offset < 0) {
            throw ControlJson.invalid("field 'offset' must not be negative, got " + offset);
        }
        return offset;
    }
}
