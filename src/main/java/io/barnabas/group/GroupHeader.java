package io.barnabas.group;

import java.util.Optional;

/**
 * What is journaled of a group itself.
 *
 * @param generation of the last assignment, 0 before the first
 * @param assignor of its members; absent while there are none
 * @param boundTopic the one topic it reads, where groups are bound to one
 * @param idleSinceMs wall time since which it has had no members and no commits; -1 while it has members
 */
record GroupHeader(int generation, Optional<String> assignor, Optional<String> boundTopic, long idleSinceMs) {
    static final long NOT_IDLE = -1;

    static final GroupHeader NEW = new GroupHeader(0, Optional.empty(), Optional.empty(), NOT_IDLE);

    GroupHeader withMembers(String assignorName, Optional<String> topic) {
        return new GroupHeader(generation, Optional.of(assignorName), topic, NOT_IDLE);
    }

    GroupHeader nextGeneration() {
        return new GroupHeader(generation + 1, assignor, boundTopic, idleSinceMs);
    }

    GroupHeader withoutMembers(long nowMs) {
        return new GroupHeader(generation + 1, Optional.empty(), boundTopic, nowMs);
    }

    GroupHeader withCommit(Optional<String> topic, long nowMs) {
        return new GroupHeader(generation, assignor, topic, nowMs);
    }

    GroupHeader unbound() {
        return new GroupHeader(generation, assignor, Optional.empty(), idleSinceMs);
    }
}
