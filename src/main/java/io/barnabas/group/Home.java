package io.barnabas.group;

import static java.util.Objects.requireNonNull;

/**
 * The node at which a member lives: where that goes, the member's connection goes too.
 *
 * @param run of the node's process, which a restart ends
 */
public record Home(int nodeId, String run) {
    public Home {
        requireNonNull(run, "run");
    }
}
