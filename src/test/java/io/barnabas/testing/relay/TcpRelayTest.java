package io.barnabas.testing.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.barnabas.testing.relay.LinkState.Way;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TcpRelayTest {
    private static final int SILENCE_MS = 200;
    private static final int SOON_MS = 20_000;
    private static final int LARGE_BYTES = 8 << 20;
    private static final long TOO_MUCH_BYTES = 64 << 20;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicLong arrivedBytes = new AtomicLong();
    private ServerSocket server;
    private TcpRelay relay;

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(this::serve);
        relay = TcpRelay.to(server.getLocalPort(), 42);
    }

    @AfterEach
    void stop() throws IOException {
        relay.close();
        server.close();
        threads.shutdownNow();
    }

    /** Sends back whatever comes, and its end. */
    private void serve() {
        try {
            while (true) {
                Socket connection = server.accept();
                threads.execute(() -> echo(connection));
            }
        } catch (IOException e) {
            // the test is over
        }
    }

    private void echo(Socket connection) {
        byte[] bytes = new byte[8_192];
        try (connection) {
            InputStream in = connection.getInputStream();
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                arrivedBytes.addAndGet(count);
                connection.getOutputStream().write(bytes, 0, count);
            }
        } catch (IOException e) {
            // the connection was broken
        }
    }

    private Socket connect() throws IOException {
        return connect(relay);
    }

    private static Socket connect(TcpRelay to) throws IOException {
        Socket socket = new Socket(to.address().getAddress(), to.port());
        socket.setSoTimeout(SOON_MS);
        return socket;
    }

    private static void send(Socket socket, int value) throws IOException {
        socket.getOutputStream().write(value);
    }

    private static void requireSilence(Socket socket) throws IOException {
        socket.setSoTimeout(SILENCE_MS);
        assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        socket.setSoTimeout(SOON_MS);
    }

    @Test
    void deliversBothWaysWithTheEnd() throws IOException {
        // given
        try (Socket client = connect()) {
            // when
            client.getOutputStream().write(new byte[] {1, 2, 3});
            client.shutdownOutput();
            // then
            assertThat(client.getInputStream().readAllBytes()).containsExactly(1, 2, 3);
            await().until(() -> relay.connectionCount() == 0);
        }
    }

    @Test
    void breaksAndRefusesConnectionsUntilItIsHealed() throws IOException {
        // given
        try (Socket client = connect()) {
            send(client, 1);
            assertThat(client.getInputStream().read()).isEqualTo(1);
            // when
            relay.refuse();
            // then
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
            assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
            relay.heal();
            try (Socket again = connect()) {
                send(again, 2);
                assertThat(again.getInputStream().read()).isEqualTo(2);
            }
        }
    }

    @Test
    void deliversNothingWhileItSwallowsAndAllOfItWhenHealed() throws IOException {
        // given
        try (Socket client = connect()) {
            send(client, 1);
            assertThat(client.getInputStream().read()).isEqualTo(1);
            // when
            relay.swallow();
            send(client, 2);
            // then
            requireSilence(client);
            assertThat(arrivedBytes).hasValue(1);
            relay.heal();
            assertThat(client.getInputStream().read()).isEqualTo(2);
        }
    }

    @Test
    void seemsToConnectWhileItSwallows() throws IOException {
        // given
        relay.swallow();
        // when
        try (Socket client = connect()) {
            send(client, 1);
            // then
            requireSilence(client);
            assertThat(arrivedBytes).hasValue(0);
            relay.heal();
            assertThat(client.getInputStream().read()).isEqualTo(1);
        }
    }

    @Test
    void deliversRequestsWhileItSwallowsAnswers() throws IOException {
        // given
        relay.swallow(Way.ANSWERS);
        // when
        try (Socket client = connect()) {
            send(client, 1);
            // then
            await().until(() -> arrivedBytes.get() == 1);
            requireSilence(client);
            relay.heal();
            assertThat(client.getInputStream().read()).isEqualTo(1);
        }
    }

    @Test
    void deliversAnswersWhileItSwallowsRequests() throws IOException {
        // given
        try (Socket client = connect()) {
            relay.swallow(Way.ANSWERS);
            send(client, 1);
            await().until(() -> arrivedBytes.get() == 1);
            // when
            relay.swallow(Way.REQUESTS);
            send(client, 2);
            // then
            assertThat(client.getInputStream().read()).isEqualTo(1);
            requireSilence(client);
            assertThat(arrivedBytes).hasValue(1);
        }
    }

    @Test
    void holdsTheSenderUpWhileItSwallows() throws IOException {
        // given
        try (Socket client = connect()) {
            relay.swallow();
            AtomicLong sent = new AtomicLong();
            byte[] bytes = new byte[64 << 10];
            CompletableFuture<Void> sending = CompletableFuture.runAsync(
                    () -> {
                        try {
                            while (sent.get() < TOO_MUCH_BYTES) {
                                client.getOutputStream().write(bytes);
                                sent.addAndGet(bytes.length);
                            }
                        } catch (IOException e) {
                            // the test is over
                        }
                    },
                    threads);
            // when
            AtomicLong before = new AtomicLong(-1);
            await().pollInterval(Duration.ofMillis(SILENCE_MS)).until(() -> before.getAndSet(sent.get()) == sent.get());
            // then
            assertThat(sending).isNotDone();
            assertThat(sent.get()).isLessThan(TOO_MUCH_BYTES);
        }
    }

    @Test
    void isLateByItsLatencyEachWay() throws IOException {
        // given
        Duration latency = Duration.ofMillis(50);
        try (Socket client = connect()) {
            relay.slow(latency, 0, Duration.ZERO);
            long begun = System.nanoTime();
            // when
            send(client, 1);
            int answer = client.getInputStream().read();
            // then
            assertThat(answer).isEqualTo(1);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(latency.multipliedBy(2));
        }
    }

    @Test
    void stallsForALengthThatItsSeedSays() throws IOException {
        // given
        Duration longest = Duration.ofMillis(400);
        double first = new Random(42).doubles(2).skip(1).findFirst().orElseThrow();
        try (Socket client = connect()) {
            relay.slow(Duration.ZERO, 1, longest);
            long begun = System.nanoTime();
            // when
            send(client, 1);
            client.getInputStream().read();
            // then
            assertThat(System.nanoTime() - begun).isGreaterThanOrEqualTo((long) (first * longest.toNanos()));
        }
    }

    @Test
    void keepsOrderAndBytesWhileItIsSlowAndChanges() throws Exception {
        // given
        byte[] bytes = new byte[LARGE_BYTES];
        new Random(1).nextBytes(bytes);
        try (Socket client = connect()) {
            relay.slow(Duration.ofMillis(2), 0.02, Duration.ofMillis(50));
            CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> sendAll(client, bytes), threads);
            CompletableFuture<byte[]> received = CompletableFuture.supplyAsync(() -> receiveAll(client), threads);
            // when
            for (int round = 0; round < 20; round++) {
                relay.swallow(round % 2 == 0 ? Way.REQUESTS : Way.ANSWERS);
                relay.slow(Duration.ofMillis(1), 0.02, Duration.ofMillis(20));
            }
            relay.heal();
            // then
            sent.get(SOON_MS, TimeUnit.MILLISECONDS);
            assertThat(received.get(SOON_MS, TimeUnit.MILLISECONDS)).isEqualTo(bytes);
        }
    }

    private static void sendAll(Socket client, byte[] bytes) {
        try {
            OutputStream out = client.getOutputStream();
            out.write(bytes);
            client.shutdownOutput();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] receiveAll(Socket client) {
        try {
            return client.getInputStream().readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void breaksAClientsConnectionWhenItsTargetIsGone() throws IOException {
        // given: a port on which nobody waits for connections when it is closed, or it might still take one
        ServerSocket gone = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        gone.close();
        // when
        try (TcpRelay toNobody = TcpRelay.to(gone.getLocalPort(), 42);
                Socket client = connect(toNobody)) {
            // then
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void relaysLoopbackAlone() {
        // when
        InetSocketAddress everywhere = new InetSocketAddress(0);
        // then
        assertThatThrownBy(() -> TcpRelay.between(everywhere, 1, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
