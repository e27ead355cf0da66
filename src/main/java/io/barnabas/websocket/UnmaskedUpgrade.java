package io.barnabas.websocket;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpUpgradeHandler;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A handshake whose socket gets an {@link UnmaskingUpgradeHandler} when the platform asks for the handler that it
 * extends. Where that is another platform's, or cannot be reached from here, the platform gets what it asked for.
 */
final class UnmaskedUpgrade extends HttpServletRequestWrapper {
    private static final Logger LOG = LoggerFactory.getLogger(UnmaskedUpgrade.class);
    private static final String PLATFORMS = "org.glassfish.tyrus.servlet.TyrusHttpUpgradeHandler";

    /** Whether it was said that frames are unmasked by the platform; once is enough. */
    private static final AtomicBoolean SAID = new AtomicBoolean();

    UnmaskedUpgrade(HttpServletRequest request) {
        super(request);
    }

    @Override
    public <T extends HttpUpgradeHandler> T upgrade(Class<T> asked) throws IOException, ServletException {
        Class<? extends T> handler = asked;
        try {
            if (asked.getName().equals(PLATFORMS)) {
                handler = UnmaskingUpgradeHandler.class.asSubclass(asked);
            }
        } catch (LinkageError | ClassCastException e) {
            if (SAID.compareAndSet(false, true)) {
                LOG.info("frames are unmasked by the platform, what comes in is slower for it handler={}", asked);
                LOG.debug("no handler of our own", e);
            }
        }
        return super.upgrade(handler);
    }
}
