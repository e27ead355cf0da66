package io.barnabas.websocket;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** As much of JSON Schema as the AsyncAPI document uses; what it does not know it refuses. */
record Shapes(JsonNode document) {
    private static final Set<String> NOTES =
            Set.of("description", "default", "contentEncoding", "x-names", "x-retriable");

    /** What of the value is not as the schema says; empty when it fits. */
    List<String> misfits(JsonNode schema, JsonNode value) {
        List<String> misfits = new ArrayList<>();
        check("$", schema, value, misfits);
        return misfits;
    }

    private void check(String path, JsonNode schema, JsonNode value, List<String> misfits) {
        schema.properties().forEach(rule -> {
            if (!holds(path, schema, rule.getKey(), rule.getValue(), value, misfits)) {
                misfits.add(path + " does not hold " + rule.getKey() + " " + rule.getValue() + ": " + value);
            }
        });
    }

    private boolean holds(
            String path, JsonNode schema, String rule, JsonNode given, JsonNode value, List<String> misfits) {
        switch (rule) {
            case "$ref" -> check(path, document.at(given.asText().substring(1)), value, misfits);
            case "type" -> {
                return given.isArray()
                        ? texts(given).stream().anyMatch(type -> is(type, value))
                        : is(given.asText(), value);
            }
            case "const" -> {
                return given.equals(value);
            }
            case "enum" -> {
                return StreamSupport.stream(given.spliterator(), false)
                        .anyMatch(each -> each.asText().equals(value.asText()));
            }
            case "minimum" -> {
                return value.asLong() >= given.asLong();
            }
            case "maximum" -> {
                return value.asLong() <= given.asLong();
            }
            case "maxLength" -> {
                return value.asText().length() <= given.asInt();
            }
            case "minItems" -> {
                return value.size() >= given.asInt();
            }
            case "items" -> {
                for (int i = 0; i < value.size(); i++) {
                    check(path + "[" + i + "]", given, value.get(i), misfits);
                }
            }
            case "oneOf" -> {
                return StreamSupport.stream(given.spliterator(), false)
                                .filter(each -> misfits(each, value).isEmpty())
                                .count()
                        == 1;
            }
            case "required" -> {
                return texts(given).stream().allMatch(value::has);
            }
            case "properties" ->
                given.properties().forEach(property -> {
                    if (value.has(property.getKey())) {
                        check(
                                path + "." + property.getKey(),
                                property.getValue(),
                                value.get(property.getKey()),
                                misfits);
                    }
                });
            case "additionalProperties" -> {
                return given.asBoolean() || names(schema.path("properties")).containsAll(names(value));
            }
            default -> {
                return NOTES.contains(rule);
            }
        }
        return true;
    }

    private static boolean is(String type, JsonNode value) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "integer" -> value.isIntegralNumber();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            default -> false;
        };
    }

    /** The names of an object's fields. */
    static Set<String> names(JsonNode object) {
        Set<String> names = new TreeSet<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** What is in an array, as text. */
    static Set<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
