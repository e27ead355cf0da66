package io.barnabas.rest;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.peer.PeerDesk;
import java.util.concurrent.Executor;

/**
 * What the internal endpoints lead to.
 *
 * @param answers writes answers to other nodes; apart from what answers clients, so that neither waits for the other
 */
public record PeerDoor(PeerDesk desk, Executor answers) {
    public PeerDoor {
        requireNonNull(desk, "desk");
        requireNonNull(answers, "answers");
    }
}
