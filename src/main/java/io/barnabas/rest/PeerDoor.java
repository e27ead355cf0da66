package io.barnabas.rest;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.ClientEvents;
import io.barnabas.broker.peer.PeerDesk;
import java.util.concurrent.Executor;

/**
 * What the internal endpoints lead to.
 *
 * @param answers writes answers to other nodes; apart from what answers clients, so that neither waits for the other
 * @param events hears of calls that are not let in
 */
public record PeerDoor(PeerDesk desk, Executor answers, ClientEvents events) {
    /** The servlet context's attribute under which {@link PeerServlet} finds it. */
    public static final String ATTRIBUTE = PeerDoor.class.getName();

    public PeerDoor {
        requireNonNull(desk, "desk");
        requireNonNull(answers, "answers");
        requireNonNull(events, "events");
    }
}
