package io.barnabas.broker.consumer;

/**
 * Limits and defaults of HTTP consumer instances.
 *
 * @param maxInstances {@code barnabas.consumer.max-instances}: that one node works for at once
 * @param sessionTimeoutMs {@code barnabas.consumer.session-timeout-ms}: silence after which a member is taken for dead,
 *     when the instance says nothing else
 * @param rebalanceTimeoutMs {@code barnabas.consumer.rebalance-timeout-ms}: how long a member may take to let go of
 *     partitions
 * @param idleTimeoutMs {@code barnabas.consumer.idle-timeout-ms}: silence after which an instance is forgotten
 * @param requestTimeoutMs {@code barnabas.consumer.request-timeout-ms}: how long a poll waits when neither it nor its
 *     instance says so
 * @param handOverTimeoutMs {@code barnabas.consumer.hand-over-timeout-ms}: how long an answer may take to be written
 *     before it counts as lost
 * @param nextPollWaitMs {@code barnabas.consumer.next-poll-wait-ms}: how long the next poll waits for the answer before to
 *     be written, before that counts as lost
 * @param maxWaitingCalls {@code barnabas.consumer.max-waiting-calls}: calls of one instance that may wait for each other
 */
public record ConsumerSettings(
        int maxInstances,
        int sessionTimeoutMs,
        int rebalanceTimeoutMs,
        long idleTimeoutMs,
        int requestTimeoutMs,
        int handOverTimeoutMs,
        int nextPollWaitMs,
        int maxWaitingCalls) {

    /** What holds when nothing is set. */
    public static ConsumerSettings defaults() {
        return new ConsumerSettings(10_000, 45_000, 60_000, 300_000, 1_000, 60_000, 2_000, 100);
    }
}
