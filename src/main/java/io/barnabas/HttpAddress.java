package io.barnabas;

import static java.util.Objects.requireNonNull;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import org.eclipse.microprofile.config.Config;

/** Where this node answers HTTP. The server knows its port by itself and tells it through MicroProfile Config. */
@ApplicationScoped
public class HttpAddress {
    private static final String PORT = "payara.instance.http.port";

    private final Config config;

    protected HttpAddress() { // for the CDI proxy
        this.config = null;
    }

    @Inject
    HttpAddress(Config config) {
        this.config = requireNonNull(config, "config");
    }

    /** The port that the server listens on, with the one that {@code --port} or a port range chose. */
    public int port() {
        return config.getOptionalValue(PORT, Integer.class)
                .orElseThrow(() -> new SettingsException("the server does not tell its HTTP port: " + PORT
                        + " is not set; set it to the port of the listener that serves Barnabas"));
    }

    /** For people on this machine. */
    URI url(String contextPath) {
        return URI.create("http://localhost:" + port() + contextPath + "/");
    }

    /** A path that this application answers and nothing else does. */
    URI probe(String contextPath) {
        return url(contextPath).resolve("brokers");
    }

    /** The same, at another address. */
    URI probe(String contextPath, InetSocketAddress at) {
        try {
            String host = at.getAddress().getHostAddress();
            return new URI("http", null, host, at.getPort(), contextPath + "/brokers", null, null);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
