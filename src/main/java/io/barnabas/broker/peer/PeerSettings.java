package io.barnabas.broker.peer;

/**
 * Limits of what nodes ask each other.
 *
 * @param threads {@code barnabas.peer.threads}: threads that answer other nodes, apart from those that answer clients
 * @param connectTimeoutMs {@code barnabas.peer.connect-timeout-ms}: how long connecting to another node may take
 * @param callTimeoutMs {@code barnabas.peer.call-timeout-ms}: how long an answer may take, a long poll's wait not counted
 * @param maxCallsPerNode {@code barnabas.peer.max-calls-per-node}: calls on their way to one node; one more is refused
 * @param maxNodeBytes {@code barnabas.peer.max-node-bytes}: of their bodies; a single call always fits
 * @param maxBodyBytes {@code barnabas.peer.max-body-bytes}: of one body from another node, a call's or an answer's
 * @param maxBodiesBytes {@code barnabas.peer.max-bodies-bytes}: bodies of other nodes' calls that are held at one time
 * @param newsPollMs {@code barnabas.peer.news-poll-ms}: how long a node keeps another's poll for news when there are none
 * @param newsSilenceMs {@code barnabas.peer.news-silence-ms}: silence after which news between two nodes start anew, and
 *     calls to a node of which nothing is heard are given up
 * @param maxNews {@code barnabas.peer.max-news}: messages that one node keeps for another
 * @param maxNewsBytes {@code barnabas.peer.max-news-bytes}: the same in bytes
 */
public record PeerSettings(
        int threads,
        int connectTimeoutMs,
        int callTimeoutMs,
        int maxCallsPerNode,
        long maxNodeBytes,
        int maxBodyBytes,
        long maxBodiesBytes,
        int newsPollMs,
        int newsSilenceMs,
        int maxNews,
        int maxNewsBytes) {
    /** What holds when nothing is set. */
    public static final PeerSettings DEFAULTS = new PeerSettings(
            16, 2_000, 30_000, 1_000, 64L << 20, 17 << 20, 256L << 20, 5_000, 10_000, 100_000, 16 << 20);

    public PeerSettings {
        if (threads < 1
                || connectTimeoutMs < 1
                || callTimeoutMs < 1
                || maxCallsPerNode < 1
                || maxNodeBytes < 1
                || maxBodyBytes < 1
                || maxBodiesBytes < maxBodyBytes
                || newsPollMs < 1
                || newsSilenceMs <= newsPollMs
                || maxNews < 1
                || maxNewsBytes < 1) {
            throw new IllegalArgumentException("peer settings must be positive, maxBodiesBytes at least maxBodyBytes,"
                    + " newsSilenceMs more than newsPollMs");
        }
    }
}
