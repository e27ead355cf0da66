package io.barnabas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.launch.LateListener;
import java.io.EOFException;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.glassfish.grizzly.nio.transport.TCPNIOTransport;
import org.glassfish.grizzly.nio.transport.TCPNIOTransportBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** With classes of the shape of the server's, found under the server's names, and with its own transports. */
class HttpListenersTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final int OTHER_PORT = 1; // nobody connects to it

    private final Logger log = Logger.getLogger(HttpListeners.class.getName());
    private final List<TCPNIOTransport> transports = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final Handler warned = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
                warnings.add(entry.getMessage());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    /** As {@code org.glassfish.internal.api.Globals}. */
    public static final class Globals {
        private static final List<Proxy> PROXIES = new ArrayList<>();

        private Globals() {}

        public static Services getDefaultHabitat() {
            return new Services(new Service(PROXIES));
        }
    }

    /** As the server's container of services. */
    public record Services(Service service) {
        public Object getService(Class<?> type, Annotation... qualifiers) {
            return type == Service.class && qualifiers.length == 0 ? service : null;
        }
    }

    /** As {@code com.sun.enterprise.v3.services.impl.GrizzlyService}. */
    public static final class Service {
        @SuppressWarnings("UnusedVariable") // read by reflection, as the server's
        private final List<Proxy> proxies;

        Service(List<Proxy> proxies) {
            this.proxies = proxies;
        }
    }

    /** What the server puts before a listener. */
    public record Proxy(Listener getUnderlyingListener) {}

    /** One port. */
    public record Listener(int getPort, InetAddress getAddress, Object getTransport) {}

    /** What another listener listens with; remembers what it is told. */
    public record Transport(Object getIOStrategy, List<String> told) {
        public void unbindAll() {
            told.add("unbindAll");
        }

        public void shutdownNow() {
            told.add("shutdownNow");
        }
    }

    /** Another server: it has no such service. */
    private static final class Another extends ClassLoader {}

    private static final class Server extends ClassLoader {
        private static final Map<String, Class<?>> NAMES = Map.of(
                "org.glassfish.internal.api.Globals",
                Globals.class,
                "com.sun.enterprise.v3.services.impl.GrizzlyService",
                Service.class);

        @Override
        public Class<?> loadClass(String name) throws ClassNotFoundException {
            Class<?> named = NAMES.get(name);
            return named == null ? super.loadClass(name) : named;
        }
    }

    @BeforeEach
    void listen() {
        log.addHandler(warned);
    }

    @AfterEach
    void clear() throws IOException {
        log.removeHandler(warned);
        Globals.PROXIES.clear();
        for (TCPNIOTransport transport : transports) {
            transport.shutdownNow();
        }
    }

    private static void listener(int port, Object transport) {
        Globals.PROXIES.add(new Proxy(new Listener(port, LOOPBACK, transport)));
    }

    /** One of the server's own, with the listener that its configuration names. */
    private TCPNIOTransport late() {
        TCPNIOTransport transport = TCPNIOTransportBuilder.newInstance()
                .setIOStrategy(LateListener.getInstance())
                .build();
        transports.add(transport);
        return transport;
    }

    private int bound(TCPNIOTransport transport) throws IOException {
        return ((InetSocketAddress)
                        transport.bind(new InetSocketAddress(LOOPBACK, 0)).getLocalAddress())
                .getPort();
    }

    @Test
    void opensAPortOfItsOwnBesideTheOneThatIsShut() throws IOException {
        // given
        listener(OTHER_PORT, late());
        TCPNIOTransport transport = late();
        int port = bound(transport);
        listener(port, transport);
        // when
        Optional<InetSocketAddress> own = new HttpListeners(new Server()).knock(port);
        // then
        assertThat(own).hasValueSatisfying(at -> assertThat(at.getPort()).isNotIn(0, port, OTHER_PORT));
    }

    @Test
    void letsEverybodyInAtEachListenerThatIsShut() throws IOException {
        // given
        List<TCPNIOTransport> shut = List.of(late(), late());
        for (TCPNIOTransport transport : shut) {
            listener(bound(transport), transport);
        }
        listener(OTHER_PORT, new Transport(new Object(), new ArrayList<>()));
        // when
        new HttpListeners(new Server()).listen();
        // then
        assertThat(shut).extracting(TCPNIOTransport::getIOStrategy).doesNotHaveAnyElementsOfTypes(LateListener.class);
        assertThat(warnings).isEmpty();
    }

    @Test
    void failsWhenThePortThatWasClosedCannotBeOpened() throws IOException {
        // given
        TCPNIOTransport transport = late();
        int port = bound(transport);
        transport.start();
        closePort(port);
        InetAddress ofAnotherMachine = InetAddress.getByName("192.0.2.1");
        Globals.PROXIES.add(new Proxy(new Listener(port, ofAnotherMachine, transport)));
        // when, then
        assertThatThrownBy(() -> new HttpListeners(new Server()).listen())
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("the server's port cannot be opened");
    }

    /** By the first connection, which hears nothing but its end. */
    private static void closePort(int port) throws IOException {
        try (Socket socket = new Socket(LOOPBACK, port)) {
            socket.setSoTimeout(10_000);
            assertThatThrownBy(() -> {
                        if (socket.getInputStream().read() == -1) {
                            throw new EOFException();
                        }
                    })
                    .isInstanceOfAny(EOFException.class, SocketException.class);
        }
    }

    @Test
    void leavesAServerThatHasLetEverybodyInFromTheBeginning() {
        // given
        List<String> told = new ArrayList<>();
        listener(OTHER_PORT, new Transport(new Object(), told));
        HttpListeners listeners = new HttpListeners(new Server());
        // when
        Optional<InetSocketAddress> own = listeners.knock(OTHER_PORT);
        listeners.listen();
        // then
        assertThat(own).isEmpty();
        assertThat(told).isEmpty();
        assertThat(warnings).isEmpty();
    }

    @Test
    void refusesAndClosesAtEveryListenerWhenTheNodeGoes() {
        // given
        List<String> told = new ArrayList<>();
        listener(OTHER_PORT, new Transport(new Object(), told));
        listener(OTHER_PORT + 1, new Transport(new Object(), told));
        HttpListeners listeners = new HttpListeners(new Server());
        // when
        listeners.refuseConnections();
        listeners.close();
        // then
        assertThat(told).containsExactly("unbindAll", "unbindAll", "shutdownNow", "shutdownNow");
        assertThat(warnings).isEmpty();
    }

    @Test
    void letsAnotherServerGoItsOwnWayAndSaysSoOnce() {
        // given
        HttpListeners listeners = new HttpListeners(new Another());
        // when
        Optional<InetSocketAddress> own = listeners.knock(OTHER_PORT);
        listeners.listen();
        listeners.refuseConnections();
        listeners.close();
        // then
        assertThat(own).isEmpty();
        assertThat(warnings).containsExactly("the server's listeners cannot be reached, they close with the server");
    }
}
