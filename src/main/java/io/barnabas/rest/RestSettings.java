package io.barnabas.rest;

/**
 * Limits of the HTTP front end.
 *
 * @param maxControlBodyBytes {@code barnabas.rest.max-control-body-bytes}: largest JSON body that carries no records
 * @param maxBodyBytes {@code barnabas.rest.max-body-bytes}: largest body that carries records or batches, unpacked
 * @param maxBodiesBytes {@code barnabas.rest.max-bodies-bytes}: all bodies with records that are held at one time
 * @param responderThreads {@code barnabas.rest.responder-threads}: threads that write answers
 * @param defaultMaxBytes {@code barnabas.rest.default-max-bytes}: of an answer with records when {@code max_bytes} is
 *     not given
 * @param maxResponseBytes {@code barnabas.rest.max-response-bytes}: most that {@code max_bytes} can ask for
 * @param measureEndpoints {@code barnabas.rest.measure-endpoints}: whether {@code /sink} and {@code /source} are there,
 *     which keep nothing and tell what HTTP itself can do in this server
 */
public record RestSettings(
        int maxControlBodyBytes,
        int maxBodyBytes,
        long maxBodiesBytes,
        int responderThreads,
        int defaultMaxBytes,
        int maxResponseBytes,
        boolean measureEndpoints) {

    public RestSettings {
        if (maxControlBodyBytes < 1
                || maxBodyBytes < 1
                || maxBodiesBytes < maxBodyBytes
                || responderThreads < 1
                || defaultMaxBytes < 1
                || maxResponseBytes < 1) {
            throw new IllegalArgumentException("limits must be positive, and maxBodiesBytes at least maxBodyBytes");
        }
    }

    /** What holds when nothing is set. */
    public static RestSettings defaults() {
        return new RestSettings(1 << 20, 16 << 20, 256L << 20, 16, 1 << 20, 16 << 20, false);
    }
}
