package io.barnabas.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.TerminalFailureException;

/** What a ZooKeeper server on loopback says it is, when it serves. */
final class ZooKeeperMode {
    private static final int ANSWER_TIMEOUT_MS = 2_000;
    private static final String PREFIX = "Mode: ";

    private ZooKeeperMode() {}

    /** {@code leader}, {@code follower} or {@code standalone}; empty while it serves nobody. */
    static String of(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(ANSWER_TIMEOUT_MS);
            socket.getOutputStream().write("srvr".getBytes(US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
            return answer.lines()
                    .filter(line -> line.startsWith(PREFIX))
                    .map(line -> line.substring(PREFIX.length()))
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }

    /**
     * Waits until a server takes sessions. Nothing that it logs says so: its port is open, and its threads are running,
     * before that, and whoever connects in between loses the connection with everything that was asked for.
     */
    static void awaitServing(ChildProcess server, int port, Duration atMost) {
        try {
            await().atMost(atMost).failFast("it ended", () -> !server.alive()).until(() -> !of(port).isEmpty());
        } catch (ConditionTimeoutException | TerminalFailureException e) {
            server.close();
            throw new AssertionError("ZooKeeper does not serve: " + e.getMessage() + "\n" + server.tail(), e);
        }
    }
}
