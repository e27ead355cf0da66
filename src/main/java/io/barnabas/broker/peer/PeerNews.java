package io.barnabas.broker.peer;

import java.nio.ByteBuffer;

/**
 * News for other nodes: small messages that reach a node in the order they were given, each once, as long as both nodes
 * live and the connection between them comes back in time. Otherwise both ends hear that it broke, and whatever rested on
 * it starts anew. Bounded: a node that does not take its news breaks. Thread-safe.
 */
public interface PeerNews {
    /** What news is about; the number is what goes over the wire. */
    enum Subject {
        /** High watermarks of partitions that the other node watches. */
        HIGH_WATERMARK,
        /** What a coordinator tells members that live on the other node. */
        GROUP
    }

    /**
     * Gives news for a node. Returns at once.
     *
     * @param session under which the node asked for it, as its {@link Listener#began} was told; news of a session that is
     *     over is dropped
     */
    void tell(int nodeId, long session, Subject subject, ByteBuffer message);

    /** Hears about one subject; registered before the node serves. */
    void listen(Subject subject, Listener listener);

    /**
     * Called one at a time for each other node, in order, on a thread that must not be blocked.
     */
    interface Listener {
        /** Takes news from another node. */
        default void news(int fromNode, ByteBuffer message) {}

        /**
         * What that node told may be incomplete from here on: it went, restarted or did not get through. Whoever counts on
         * its news asks it anew, when it is back.
         */
        default void broken(int fromNode) {}

        /** A node begins to take news from here, under a session that was never used before. */
        default void began(int nodeId, long session) {}

        /** A node does not take news under this session any more. */
        default void ended(int nodeId, long session) {}
    }
}
