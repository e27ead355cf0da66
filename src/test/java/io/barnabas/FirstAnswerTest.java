package io.barnabas;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FirstAnswerTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final int NOT_FOUND = 404;

    private final AtomicInteger requests = new AtomicInteger();
    private volatile int lastOfServer = Integer.MAX_VALUE;
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            boolean ofServer = requests.incrementAndGet() <= lastOfServer;
            exchange.sendResponseHeaders(ofServer ? NOT_FOUND : 200, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private URI probe() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/health/live");
    }

    @Test
    void waitsUntilTheApplicationAnswersInsteadOfTheServer() {
        // given
        lastOfServer = 3;
        // when
        CompletableFuture<Void> answered = FirstAnswer.from(probe());
        // then
        assertThat(answered).succeedsWithin(TIMEOUT);
        assertThat(requests).hasValue(4);
    }

    @Test
    void waitsUntilARequestHasReachedTheApplicationThoughItIsRefusedThere() {
        // when
        CompletableFuture<Void> reached = FirstAnswer.reaching(probe(), () -> requests.get() == 2);
        // then
        assertThat(reached).succeedsWithin(TIMEOUT);
        assertThat(requests).hasValue(2);
    }

    @Test
    void stopsAskingWhenTheApplicationNeverAnswers() {
        // when
        CompletableFuture<Void> reached = FirstAnswer.reaching(probe(), () -> false, 3);
        // then
        assertThat(reached).succeedsWithin(TIMEOUT);
        assertThat(requests).hasValue(3);
    }

    @Test
    void stopsAskingWhenNobodyListens() {
        // given
        URI nobody = probe();
        server.stop(0);
        // when
        CompletableFuture<Void> reached = FirstAnswer.reaching(nobody, () -> true, 3);
        // then
        assertThat(reached).succeedsWithin(TIMEOUT);
        assertThat(requests).hasValue(0);
    }
}
