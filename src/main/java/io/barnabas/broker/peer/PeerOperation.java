package io.barnabas.broker.peer;

import java.util.Locale;
import java.util.Optional;

/** What one node can ask of another. The name in lower case with hyphens is what goes over the wire. */
public enum PeerOperation {
    /** Append whole batches to a partition that the asked node owns. */
    APPEND,
    /** Read whole batches of a partition, with a long poll. */
    FETCH,
    /** The readable range of a partition. */
    RANGE,
    /** The first offset at or after a time. */
    OFFSET_FOR_TIMESTAMP,
    /** Delete the records below an offset. */
    TRUNCATE,
    /** Be told from now on, or no longer, when a partition's high watermark moves. */
    WATCH,
    /** Take what the asked node has to tell the asking one; answered when there is something. */
    NEWS,
    /** Say that you live; answered at once. */
    PING,
    /** One operation of a group whose coordinator the asked node is. */
    GROUP,
    /** One call of an HTTP consumer instance that works on the asked node. */
    CONSUMER;

    /** Whether it is how nodes hear of each other, and works for nobody: it is neither counted nor refused. */
    boolean listens() {
        return this == NEWS || this == PING;
    }

    /** The operation's name on the wire. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The operation of this name, if there is one. */
    public static Optional<PeerOperation> of(String wireName) {
        for (PeerOperation operation : values()) {
            if (operation.wireName().equals(wireName)) {
                return Optional.of(operation);
            }
        }
        return Optional.empty();
    }
}
