package io.barnabas.load;

import java.net.InetSocketAddress;
import java.net.URI;

/**
 * Where Barnabas is served, such as {@code http://127.0.0.1:8080} or {@code http://127.0.0.1:8080/log}; only {@code http},
 * because what is measured is Barnabas and not TLS.
 *
 * @param base the path before every other, without a slash at its end
 */
record BarnabasUrl(String host, int port, String base) {
    private static final int DEFAULT_PORT = 80;

    static BarnabasUrl parse(String text) {
        URI uri = URI.create(text);
        if (!"http".equals(uri.getScheme()) || uri.getHost() == null) {
            throw new IllegalArgumentException("--url must be http://HOST:PORT, got '" + text + "'");
        }
        String path = uri.getPath() == null ? "" : uri.getPath();
        String base = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        return new BarnabasUrl(uri.getHost(), uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(), base);
    }

    String authority() {
        return host + ":" + port;
    }

    InetSocketAddress address() {
        return new InetSocketAddress(host, port);
    }
}
