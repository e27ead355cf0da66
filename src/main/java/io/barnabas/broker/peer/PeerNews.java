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
        HIGH_WATERMARK(1),
        /** What a coordinator tells members that live on the other node. */
        GROUP(2);

        private final byte number;

        Subject(int number) {
            this.number = (byte) number;
        }

        byte number() {
            return number;
        }
    }

    /**
     * Gives news for a node. Returns at once.
     *
     * @param session under which the node asked for it, as its {@link Listener#began} was told; news of a session that is
     *     over is dropped
     */
    void tell(int nodeId, long session, Subject subject, ByteBuffer message);

    /**
     * As {@link #tell}, for news of which only the latest counts: a message of this subject and key that has not left yet
     * is replaced and keeps its place.
     *
     * @param key what the news is about, within its subject
     */
    void tellLatest(int nodeId, long session, Subject subject, long key, ByteBuffer message);

    /** Hears about one subject; registered before the node serves. */
    void listen(Subject subject, Listener listener);

    /**
     * Called one at a time for each other node, in order, on a thread that must not be blocked.
     */
    interface Listener {
        /**
         * News of that node flows from here on. What is asked of it names the session, so that it knows where to tell; it
         * has heard {@link #began} with the same number before this.
         */
        default void opened(int fromNode, long session) {}

        /** Takes news from another node; always between {@link #opened} and {@link #broken}. */
        default void news(int fromNode, ByteBuffer message) {}

        /**
         * What that node told may be incomplete from here on: it went, restarted or did not get through. Whoever counts on
         * its news asks it anew when it is {@link #opened} again, under the session that is then given.
         */
        default void broken(int fromNode) {}

        /**
         * A node begins to take news from here, under a session that was never used before. Told before that node hears
         * {@link #opened}.
         */
        default void began(int nodeId, long session) {}

        /** A node does not take news under this session any more. */
        default void ended(int nodeId, long session) {}
    }
}
