package io.barnabas.rest;

import io.barnabas.record.TraceParent;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Who asks, for the log; taken out of the request on its own thread.
 *
 * @param address that the connection comes from
 * @param forwardedFor what a proxy in between says; a claim, cut and cleaned
 */
record Caller(String address, String forwardedFor, Optional<TraceParent> trace) {
    private static final int SHOWN_CHARS = 128;

    static Caller of(HttpServletRequest request) {
        return new Caller(
                request.getRemoteAddr(),
                safe(String.join(",", values(request, "X-Forwarded-For"))),
                TraceParent.parse(values(request, TraceParent.HEADER)));
    }

    private static List<String> values(HttpServletRequest request, String header) {
        return Collections.list(request.getHeaders(header));
    }

    /** A text of strangers, so that it can neither end a line of the log nor look like another field of it. */
    static String safe(String text) {
        StringBuilder clean = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), SHOWN_CHARS); i++) {
            char c = text.charAt(i);
            clean.append(c > ' ' && c < 0x7f && c != '=' && c != '"' ? c : '_');
        }
        return clean.length() == 0 ? "-" : clean.toString();
    }
}
