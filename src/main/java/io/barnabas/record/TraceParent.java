package io.barnabas.record;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The header {@code traceparent} of W3C Trace Context: what a piece of work belongs to.
 *
 * <pre>
 *   00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
 *   |  |                                |                flags; 01: the caller records the trace
 *   |  |                                parent id, 16 digits, not all 0
 *   |  trace id, 32 digits, not all 0
 *   version; ff is none. A higher one than 00 may go on behind another hyphen, which is left out
 * </pre>
 *
 * @param traceId 32 hexadecimal digits in lower case
 * @param parentId 16 of them
 * @param sampled whether the caller records the trace
 */
public record TraceParent(String traceId, String parentId, boolean sampled) {
    /** The name of the header, of requests and of records. */
    public static final String HEADER = "traceparent";

    private static final Pattern FORM =
            Pattern.compile("([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?");
    private static final String NO_VERSION = "ff";
    private static final String VERSION = "00";
    private static final int SAMPLED = 1;

    /** Longer ones are not looked at; the form of version 00 has 55 characters. */
    private static final int MAX_CHARS = 512;

    /** What a request has; absent when it has none, or not exactly one that is valid. */
    public static Optional<TraceParent> parse(List<String> values) {
        return values == null || values.size() != 1 ? Optional.empty() : parse(values.get(0));
    }

    /** Absent when it is not valid: such a header is ignored, as the recommendation says. */
    public static Optional<TraceParent> parse(String value) {
        if (value == null || value.length() > MAX_CHARS) {
            return Optional.empty();
        }
        Matcher form = FORM.matcher(value.strip());
        if (!form.matches()
                || form.group(1).equals(NO_VERSION)
                || (form.group(1).equals(VERSION) && form.group(5) != null)
                || zero(form.group(2))
                || zero(form.group(3))) {
            return Optional.empty();
        }
        boolean sampled = (Integer.parseInt(form.group(4), 16) & SAMPLED) != 0;
        return Optional.of(new TraceParent(form.group(2), form.group(3), sampled));
    }

    private static boolean zero(String digits) {
        return digits.chars().allMatch(digit -> digit == '0');
    }

    /** As version 00 writes it. */
    public String text() {
        return VERSION + "-" + traceId + "-" + parentId + (sampled ? "-01" : "-00");
    }

    /** As a record carries it. */
    public Header header() {
        return new Header(HEADER, text().getBytes(US_ASCII));
    }

    /** What a log line says of a trace that may not be there. */
    public static String shown(Optional<TraceParent> trace) {
        return trace.map(TraceParent::traceId).orElse("-");
    }
}
