package io.barnabas.broker.format;

/**
 * What any JSON we read may cost. All inclusive.
 *
 * @param maxNestingDepth objects and arrays within each other, the request's own included
 * @param maxStringChars of one string, before base64 is decoded
 * @param maxNumberChars of one number as written
 * @param maxNameChars of one field name
 */
public record JsonLimits(int maxNestingDepth, int maxStringChars, int maxNumberChars, int maxNameChars) {
    public static final int DEFAULT_MAX_NESTING_DEPTH = 200;
    public static final int DEFAULT_MAX_STRING_CHARS = 16 * 1024 * 1024;
    public static final int DEFAULT_MAX_NUMBER_CHARS = 1000;
    public static final int DEFAULT_MAX_NAME_CHARS = 10_000;

    public static final JsonLimits DEFAULT = new JsonLimits(
            DEFAULT_MAX_NESTING_DEPTH, DEFAULT_MAX_STRING_CHARS, DEFAULT_MAX_NUMBER_CHARS, DEFAULT_MAX_NAME_CHARS);

    public JsonLimits {
        if (maxNestingDepth < 1 || maxStringChars < 1 || maxNumberChars < 1 || maxNameChars < 1) {
            throw new IllegalArgumentException("JSON limits must be positive");
        }
    }
}
