package io.barnabas;

import static java.util.Objects.requireNonNull;

import io.barnabas.rest.Doorway;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node does between the SIGTERM and the server's own stop, so that no client gets anything but an answer of ours
 * or a connection that is refused or closed:
 *
 * <pre>
 *   each answer closes its connection       from here on
 *   the node drains                         others take over; sockets are told and closed
 *   new connections are refused
 *   requests are answered for a while yet   so that who is connected and busy hears that the node goes
 *   requests are refused                    those that are inside are waited for
 *   connections are closed
 * </pre>
 */
final class Departure implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Departure.class);

    /** For an answer that is being written; a client that reads more slowly is cut. */
    private static final long LAST_ANSWERS_WAIT_MS = 5_000;

    private final Doorway door;
    private final Runnable drain;
    private final HttpListeners listeners;
    private final long lingerMs;

    /** @param lingerMs how long the node answers after it has drained, {@code barnabas.node.linger-ms} */
    Departure(Doorway door, Runnable drain, HttpListeners listeners, long lingerMs) {
        this.door = requireNonNull(door, "door");
        this.drain = requireNonNull(drain, "drain");
        this.listeners = requireNonNull(listeners, "listeners");
        this.lingerMs = lingerMs;
    }

    @Override
    public void run() {
        door.leaving();
        drain.run();
        listeners.refuseConnections();
        try {
            new CountDownLatch(1).await(lingerMs, TimeUnit.MILLISECONDS);
            int cut = door.shut(LAST_ANSWERS_WAIT_MS);
            if (cut > 0) {
                LOG.warn("requests are cut off count={} waitedMs={}", cut, LAST_ANSWERS_WAIT_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        listeners.close();
    }
}
