package io.barnabas.websocket;

import java.net.URI;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which web pages may connect. A browser names the page's origin and does not ask before it connects, so a page of a
 * stranger would speak with the rights of the person in front of it. Other clients name no origin and may connect.
 * Immutable.
 */
final class Origins {
    private static final String ANY = "*";

    private final Set<String> allowed;

    Origins(Collection<String> allowed) {
        this.allowed = allowed.stream().map(Origins::normal).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Whether a request may connect.
     *
     * @param origin header as sent, null when there is none
     * @param host header as sent, null when there is none
     */
    boolean allow(String origin, String host) {
        if (origin == null || allowed.contains(ANY)) {
            return true;
        }
        return allowed.contains(normal(origin)) || same(origin, host);
    }

    /** The page came from the host and port that it connects to. Which of http and https a proxy hides is not known. */
    private static boolean same(String origin, String host) {
        if (host == null) {
            return false;
        }
        try {
            URI page = URI.create(origin);
            String authority = page.getRawAuthority();
            return authority != null
                    && ("http".equals(page.getScheme()) || "https".equals(page.getScheme()))
                    && withoutDefaultPort(authority, page.getScheme())
                            .equals(withoutDefaultPort(host, page.getScheme()));
        } catch (IllegalArgumentException e) { // no URL: 'null' from a sandboxed page, or nonsense
            return false;
        }
    }

    private static String withoutDefaultPort(String authority, String scheme) {
        String lower = authority.toLowerCase(Locale.ROOT);
        String port = scheme.equals("https") ? ":443" : ":80";
        return lower.endsWith(port) ? lower.substring(0, lower.length() - port.length()) : lower;
    }

    private static String normal(String origin) {
        String lower = origin.strip().toLowerCase(Locale.ROOT);
        return lower.endsWith("/") ? lower.substring(0, lower.length() - 1) : lower;
    }
}
