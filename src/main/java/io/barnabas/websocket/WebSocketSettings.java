package io.barnabas.websocket;

import java.util.List;

/**
 * The limits and times of {@code /ws}; each is a setting {@code barnabas.websocket.<kebab-name>}.
 *
 * @param maxSockets open at once; one more is closed with 1013
 * @param maxFrameBytes of one frame from a client, UTF-8; a larger one closes the socket with 1009
 * @param maxRecordsFrameBytes size at which a frame of records is sent; a single larger record still goes in one frame
 * @param maxBatchesFrameBytes the same for frames of whole batches; a single larger batch still goes in one frame
 * @param maxQueuedBytes handed to the server's transport for one socket and not sent yet; over it records are not read,
 *     and at twice as much, when a client does not read its answers either, the socket is closed with 1008
 * @param maxInFlightProduces produce frames of one socket that are not answered yet; one more is {@code OVERLOADED}
 * @param maxInFlightBytes of them; one frame is taken whatever its size
 * @param maxTotalInFlightBytes the same over all sockets
 * @param maxQueuedFrames of one socket, received and not acted on yet; one more is {@code OVERLOADED}
 * @param defaultCredit records that a subscription may send when its frame does not say
 * @param pingIntervalMs silence after which the server pings
 * @param pongTimeoutMs silence after the ping until the socket is closed
 * @param stallTimeoutMs how long bytes may be queued without any of them going, until the socket is closed
 * @param sweepIntervalMs how often sockets are looked over
 * @param retryAfterMs what a client is told to wait when the server goes
 * @param closeTimeoutMs how long a stopping server waits for its sockets
 * @param allowedOrigins web origins that may connect beside the server's own, such as {@code https://app.example.com};
 *     {@code *} stands for every one
 * @param measureEndpoints whether {@code /ws/sink} and {@code /ws/source} are there, which keep nothing on disk and tell
 *     what WebSocket itself can do in this server
 */
public record WebSocketSettings(
        int maxSockets,
        int maxFrameBytes,
        int maxRecordsFrameBytes,
        int maxBatchesFrameBytes,
        int maxQueuedBytes,
        int maxInFlightProduces,
        long maxInFlightBytes,
        long maxTotalInFlightBytes,
        int maxQueuedFrames,
        long defaultCredit,
        int pingIntervalMs,
        int pongTimeoutMs,
        int stallTimeoutMs,
        int sweepIntervalMs,
        int retryAfterMs,
        int closeTimeoutMs,
        List<String> allowedOrigins,
        boolean measureEndpoints) {
    /** What the platform takes in one frame as it comes; more does not reach us. */
    private static final int TRANSPORT_FRAME_BYTES = 4 << 20;

    /** What holds when nothing is set. */
    public static final WebSocketSettings DEFAULTS = new WebSocketSettings(
            10_000,
            1 << 20,
            128 << 10,
            256 << 10,
            1 << 20,
            64,
            8L << 20,
            128L << 20,
            1_024,
            1_000,
            20_000,
            60_000,
            60_000,
            1_000,
            1_000,
            5_000,
            List.of(),
            false);

    public WebSocketSettings {
        allowedOrigins = List.copyOf(allowedOrigins);
        within("max-sockets", maxSockets, Integer.MAX_VALUE);
        within("max-frame-bytes", maxFrameBytes, TRANSPORT_FRAME_BYTES);
        within("max-records-frame-bytes", maxRecordsFrameBytes, Integer.MAX_VALUE);
        within("max-batches-frame-bytes", maxBatchesFrameBytes, Integer.MAX_VALUE);
        within("max-queued-bytes", maxQueuedBytes, Integer.MAX_VALUE);
        within("max-in-flight-produces", maxInFlightProduces, Integer.MAX_VALUE);
        within("max-in-flight-bytes", maxInFlightBytes, Long.MAX_VALUE);
        within("max-total-in-flight-bytes", maxTotalInFlightBytes, Long.MAX_VALUE);
        within("max-queued-frames", maxQueuedFrames, Integer.MAX_VALUE);
        within("default-credit", defaultCredit, Long.MAX_VALUE);
        within("ping-interval-ms", pingIntervalMs, Integer.MAX_VALUE);
        within("pong-timeout-ms", pongTimeoutMs, Integer.MAX_VALUE);
        within("stall-timeout-ms", stallTimeoutMs, Integer.MAX_VALUE);
        within("sweep-interval-ms", sweepIntervalMs, Integer.MAX_VALUE);
        within("retry-after-ms", retryAfterMs, Integer.MAX_VALUE);
        within("close-timeout-ms", closeTimeoutMs, Integer.MAX_VALUE);
    }

    private static void within(String name, long value, long most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException("barnabas.websocket." + name + " must be from 1 to " + most);
        }
    }
}
