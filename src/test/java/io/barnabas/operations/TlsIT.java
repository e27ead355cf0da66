package io.barnabas.operations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.barnabas.testing.BarnabasProcess;
import io.barnabas.testing.FreePort;
import io.barnabas.testing.WsClient;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node with a key of its own, as src/docs/operating.md says: https and wss, seen by clients that check the key. */
class TlsIT {
    private static final String PASSWORD = "changeit";

    @TempDir
    Path directory;

    private Path keyStore;
    private HttpClient client;

    @BeforeEach
    void makeKey() throws Exception {
        keyStore = directory.resolve("barnabas.p12");
        run(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "barnabas",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                "2",
                "-dname",
                "CN=localhost",
                "-ext",
                "SAN=dns:localhost,ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                keyStore.toString(),
                "-storepass",
                PASSWORD));
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        try (InputStream file = Files.newInputStream(keyStore)) {
            trusted.load(file, PASSWORD.toCharArray());
        }
        KeyStore certificates = KeyStore.getInstance("PKCS12");
        certificates.load(null, null);
        certificates.setCertificateEntry("barnabas", trusted.getCertificate("barnabas"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(certificates);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(context)
                .build();
    }

    private static void run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    @Test
    void servesHttpsAndSecureWebSockets() throws Exception {
        // given
        int port = FreePort.next();
        try (BarnabasProcess node = BarnabasProcess.at(directory.resolve("data"))
                .withJvmOption("-Djavax.net.ssl.keyStore=" + keyStore)
                .withJvmOption("-Djavax.net.ssl.keyStorePassword=" + PASSWORD)
                .withOptions("--sslport", Integer.toString(port), "--sslcert", "barnabas")
                .start()) {
            // when
            HttpResponse<String> ready = client.send(
                    HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/health/ready"))
                            .build(),
                    BodyHandlers.ofString());
            JsonNode produced;
            try (WsClient socket =
                    WsClient.connect(URI.create("wss://localhost:" + port + "/ws"), client.newWebSocketBuilder())) {
                node.http()
                        .post("admin/topics", "application/json", "{\"topic_name\":\"secret\",\"partitions_count\":1}")
                        .expect(201);
                ObjectNode frame =
                        WsClient.frame("produce").put("topic", "secret").put("format", "text");
                frame.withArray("records").addObject().put("value", "over TLS");
                produced = socket.request(frame);
            }
            // then
            assertThat(ready.statusCode()).isEqualTo(200);
            assertThat(ready.sslSession()).isPresent();
            assertThat(produced.path("type").asText()).isEqualTo("produced");
            assertThat(node.stop()).isEqualTo(143);
        }
    }
}
