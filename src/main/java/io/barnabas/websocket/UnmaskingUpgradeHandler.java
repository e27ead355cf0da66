package io.barnabas.websocket;

import static java.util.Objects.requireNonNull;

import jakarta.websocket.CloseReason;
import org.glassfish.tyrus.servlet.TyrusHttpUpgradeHandler;
import org.glassfish.tyrus.spi.Connection;
import org.glassfish.tyrus.spi.ReadHandler;
import org.glassfish.tyrus.spi.WebSocketEngine.UpgradeInfo;
import org.glassfish.tyrus.spi.WebSocketEngine.UpgradeStatus;
import org.glassfish.tyrus.spi.Writer;

/**
 * The platform's way from bytes to frames, with an {@link Unmasking} before it. The platform's own unmasking counts
 * in a volatile field for each byte, which was 10 of the 12 s that a server's processor had with 1 GB from clients. It
 * takes frames without masks as they are.
 *
 * <p>Made by the servlet container for each socket that is upgraded with an {@link UnmaskedUpgrade}, hence public.
 */
public final class UnmaskingUpgradeHandler extends TyrusHttpUpgradeHandler {
    @Override
    public void preInit(UpgradeInfo upgrade, Writer writer, boolean authenticated) {
        super.preInit(new Unmasked(upgrade), writer, authenticated);
    }

    private record Unmasked(UpgradeInfo upgrade) implements UpgradeInfo {
        @Override
        public UpgradeStatus getStatus() {
            return upgrade.getStatus();
        }

        @Override
        public Connection createConnection(Writer writer, Connection.CloseListener closing) {
            Connection connection = upgrade.createConnection(writer, closing);
            return connection == null ? null : new UnmaskedConnection(connection);
        }
    }

    /** Has one state for its frames, so there is one read handler. */
    private static final class UnmaskedConnection implements Connection {
        private final Connection connection;
        private final ReadHandler reading;

        UnmaskedConnection(Connection connection) {
            this.connection = requireNonNull(connection, "connection");
            this.reading = new Unmasking(connection.getReadHandler()::handle)::pass;
        }

        @Override
        public ReadHandler getReadHandler() {
            return reading;
        }

        @Override
        public Writer getWriter() {
            return connection.getWriter();
        }

        @Override
        public CloseListener getCloseListener() {
            return connection.getCloseListener();
        }

        @Override
        public void close(CloseReason reason) {
            connection.close(reason);
        }
    }
}
