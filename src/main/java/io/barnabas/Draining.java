package io.barnabas;

import static java.util.Objects.requireNonNull;

import io.barnabas.cluster.Cluster;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a node that serves goes: others take over what it has while it still answers, and what went to another is
 * forwarded there, so that no client sees an error. Then nothing new is taken; who waits is answered, so that clients go
 * elsewhere before connections are cut. Bounded in time.
 */
final class Draining {
    private static final Logger LOG = LoggerFactory.getLogger(Draining.class);

    private final Cluster cluster;
    private final UseCases useCases;
    private final FrontEnds frontEnds;
    private final long waitMs;

    /** Guarded by this. */
    private boolean done;

    /** Written by whoever drains, read by health: from now on nobody should come here. */
    private volatile boolean leaving;

    /** @param waitMs how long others have to take over */
    Draining(Cluster cluster, UseCases useCases, FrontEnds frontEnds, long waitMs) {
        this.cluster = requireNonNull(cluster, "cluster");
        this.useCases = requireNonNull(useCases, "useCases");
        this.frontEnds = requireNonNull(frontEnds, "frontEnds");
        this.waitMs = waitMs;
    }

    boolean leaving() {
        return leaving;
    }

    /**
     * Drains once. Synchronized, so that who calls meanwhile waits for it: SIGTERM comes before the stop of the parts, on
     * another thread.
     */
    synchronized void run() {
        if (!done) {
            done = true;
            drain();
        }
    }

    private void drain() {
        LOG.info("draining");
        leaving = true; // first, so that health tells it before the first client is told
        frontEnds.drain();
        leaveCluster();
        useCases.drain();
        try {
            frontEnds.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LOG.info("drained");
    }

    private void leaveCluster() {
        try {
            cluster.drain().toCompletableFuture().get(waitMs, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("others did not take everything over waitedMs={}", waitMs, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
