package io.barnabas.rest;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;

/** The body of {@code POST /consumers/{group}}: settings by name, whose values the consumer room checks. */
record InstanceBody(Map<String, JsonNode> fields) {
    static final InstanceBody EMPTY = new InstanceBody(Map.of());

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    InstanceBody {}

    /** Texts, booleans and whole numbers as such, null left out, anything else as it is: it fits no setting. */
    Map<String, Object> values() {
        Map<String, Object> values = new HashMap<>();
        fields.forEach((name, node) -> values.put(name, value(node)));
        return values;
    }

    private static Object value(JsonNode node) {
        if (node == null || node.isNull()) {
            return null;
        }
        if (node.isTextual()) {
            return node.textValue();
        }
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        return node.isIntegralNumber() && node.canConvertToLong() ? node.longValue() : node;
    }
}
