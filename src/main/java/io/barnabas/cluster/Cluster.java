package io.barnabas.cluster;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A node's membership in the cluster. Thread-safe. Every change goes through ZooKeeper and is visible in {@link #view}
 * on this node when its stage completes.
 *
 * <p>Errors are {@link io.barnabas.record.BarnabasException}: {@code ZOOKEEPER_UNAVAILABLE} (retriable), {@code
 * UNKNOWN_TOPIC}, {@code TOPIC_EXISTS}, {@code INVALID_NAME}, {@code INVALID_FIELD}, {@code TOO_MANY}.
 */
public interface Cluster extends AutoCloseable {
    /** Never null, never blocks. */
    ClusterView view();

    /** Whether this node may append now: connected, its session alive. */
    Session session();

    CompletionStage<Topic> createTopic(String name, int partitionCount, Map<String, String> config);

    /** Raises the number of partitions; fewer than now is {@code INVALID_FIELD}. */
    CompletionStage<Topic> addPartitions(String name, int partitionCount);

    /** Sets the given keys; a key with a null value goes back to its default. */
    CompletionStage<Topic> changeConfig(String name, Map<String, String> changes);

    /** Removes the topic; each owner is told by {@link Listener#topicDeleted}. */
    CompletionStage<Void> deleteTopic(String name);

    /**
     * Takes {@code count} producer ids that nobody was given before or will be again, over the whole cluster and all
     * restarts.
     *
     * @param count from 0; 0 takes none and tells where the next would begin
     * @return the first of them, at least 0; the others follow it
     */
    CompletionStage<Long> reserveProducerIds(int count);

    /** What nodes of this cluster show each other; {@code ZOOKEEPER_UNAVAILABLE} before this node has joined it. */
    ClusterSecret secret();

    /**
     * Says that this node is about to leave, and completes when it owns nothing any more and others serve what it had:
     * at once where partitions cannot move, where no other node is there to take them, or without a session. The caller
     * bounds how long it waits.
     */
    CompletionStage<Void> drain();

    /** Registers before {@code start}; calls come one at a time, in order, on the cluster's own event thread. */
    void listen(Listener listener);

    /** Gives up what this node owns, removes its registration, closes the connection. Idempotent. */
    @Override
    void close();

    /** The state of this node's tie to ZooKeeper. */
    enum Session {
        /** Not yet registered. */
        STARTING,
        /** Registered; writing is allowed. */
        CONNECTED,
        /** The connection is gone, the session may still live: stop writing, wait. */
        SUSPENDED,
        /** The session is over: this node owns nothing until it has claimed again. */
        LOST,
        CLOSED
    }

    /** Hears what changes. Methods return fast; a listener that must do I/O hands it to its own thread. */
    interface Listener {
        default void viewChanged(ClusterView view) {}

        /** This node owns the partition from now on, under this epoch. Also sent again with a higher epoch after LOST. */
        default void owned(Topic topic, int partition, int epoch) {}

        /** This node does not own the partition any more. */
        default void disowned(Topic topic, int partition) {}

        /**
         * This node shall give the partition to another: the listener stops appending, finishes what it has and closes
         * the log. Only when the stage is complete may the other claim it; it does so unasked after a while. Until then
         * {@link #disowned} may still come, when the session ends.
         */
        default CompletionStage<Void> handOver(Topic topic, int partition) {
            disowned(topic, partition);
            return CompletableFuture.completedFuture(null);
        }

        /** Sent after {@link #disowned} of its partitions; what is on disk of it can go. */
        default void topicDeleted(Topic topic) {}

        /**
         * Another node cannot store anything. Whoever can try shall do so from now on and report that it could, with this
         * number: only then is this node given what that one has. Told again with a higher number when there is another.
         */
        default void proofWanted(long changeId) {}

        /**
         * Told on the node that leads: deleted topics left partitions in which the log engine noted something that has
         * to be deleted; see {@link PartStore#remains}. Told again when there are others, and on each new leader.
         */
        default void remainsFound() {}

        default void sessionChanged(Session session) {}
    }
}
