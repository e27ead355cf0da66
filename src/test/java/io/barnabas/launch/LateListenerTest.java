package io.barnabas.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.glassfish.grizzly.filterchain.BaseFilter;
import org.glassfish.grizzly.filterchain.FilterChainBuilder;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.filterchain.NextAction;
import org.glassfish.grizzly.filterchain.TransportFilter;
import org.glassfish.grizzly.memory.Buffers;
import org.glassfish.grizzly.nio.transport.TCPNIOTransport;
import org.glassfish.grizzly.nio.transport.TCPNIOTransportBuilder;
import org.glassfish.grizzly.strategies.WorkerThreadIOStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** With a transport of the server's own, which answers every byte with the same one. */
class LateListenerTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final int TIMEOUT_MS = 5_000;
    private static final Duration TIMEOUT = Duration.ofMillis(TIMEOUT_MS);

    private final LateListener late = LateListener.getInstance();
    private TCPNIOTransport transport;
    private int port;

    private static final class Echo extends BaseFilter {
        @Override
        public NextAction handleRead(FilterChainContext context) {
            context.write(Buffers.cloneBuffer(context.getMessage()));
            return context.getStopAction();
        }
    }

    @BeforeEach
    void bind() throws IOException {
        transport = TCPNIOTransportBuilder.newInstance().setIOStrategy(late).build();
        transport.setProcessor(FilterChainBuilder.stateless()
                .add(new TransportFilter())
                .add(new Echo())
                .build());
        port = ((InetSocketAddress)
                        transport.bind(new InetSocketAddress(LOOPBACK, 0)).getLocalAddress())
                .getPort();
        transport.start();
    }

    @AfterEach
    void stop() throws IOException {
        transport.shutdownNow();
    }

    @Test
    void answersNobodyButItsOwnProcessBeforeItListens() throws Exception {
        // when
        InetSocketAddress own = late.knock(transport);
        // then
        assertThat(own.getPort()).isNotEqualTo(port);
        assertThat(answers(own.getPort())).isTrue();
        assertThat(answers(port)).isFalse();
        assertThat(answers(own.getPort())).isTrue();
    }

    @Test
    void answersEverybodyWhenItListensThoughSomebodyHasComeBefore() throws Exception {
        // given
        InetSocketAddress own = late.knock(transport);
        assertThat(answers(port)).isFalse();
        // when
        late.listen(transport, LOOPBACK, port);
        // then
        assertThat(answers(port)).isTrue();
        assertThat(answers(own.getPort())).as("its own port").isFalse();
        assertThat(transport.getIOStrategy()).isSameAs(WorkerThreadIOStrategy.getInstance());
    }

    @Test
    void keepsThePortWhenNobodyHasComeBefore() throws Exception {
        // given
        late.knock(transport);
        // when
        late.listen(transport, LOOPBACK, port);
        // then
        assertThat(answers(port)).isTrue();
        assertThat(transport.getIOStrategy()).isSameAs(WorkerThreadIOStrategy.getInstance());
    }

    @Test
    void saysSoWhenAnotherHasTakenThePortMeanwhile() throws Exception {
        // given
        assertThat(answers(port)).isFalse();
        try (ServerSocket another = taken()) {
            assertThat(another.isBound()).isTrue();
            // when, then
            assertThatThrownBy(() -> late.listen(transport, LOOPBACK, port)).isInstanceOf(BindException.class);
        }
    }

    /** The selector lets go of the port some time after it was closed. */
    private ServerSocket taken() {
        return await().atMost(TIMEOUT)
                .ignoreExceptions()
                .until(() -> new ServerSocket(port, 1, LOOPBACK), ServerSocket::isBound);
    }

    /** A connection that is refused, reset or closed is none. */
    private static boolean answers(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(LOOPBACK, port), TIMEOUT_MS);
            socket.setSoTimeout(TIMEOUT_MS);
            socket.getOutputStream().write(7);
            return socket.getInputStream().read() == 7;
        } catch (IOException e) {
            return false;
        }
    }
}
