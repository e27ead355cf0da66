package io.barnabas.rest;

import java.util.concurrent.TimeUnit;

/**
 * Whether requests come in, and how many are inside. The server lets them through before the node has started and goes
 * on while it takes the application apart, where it would answer with pages of its own; so everything but health passes
 * {@link DoorFilter}, which asks here.
 *
 * <pre>
 *   STARTING --open--> OPEN --leaving--> LEAVING --shut--> SHUT
 *    refused           in                in, and told      refused, and told
 *                                        to go elsewhere   to go elsewhere
 * </pre>
 *
 * <p>Thread-safe by the object's lock, which is held for moments only, except by {@link #shut}, which waits on it.
 */
public final class Doorway {
    /** The attribute of the servlet context under which the filter finds it. */
    public static final String ATTRIBUTE = Doorway.class.getName();

    private Phase phase = Phase.STARTING;
    private int inside;

    /** Written by the first request that comes, read by health. */
    private volatile boolean reached;

    enum Phase {
        STARTING,
        OPEN,
        LEAVING,
        SHUT
    }

    /** Whether a request has come as far as here; before that the server does not let any through. */
    public boolean reached() {
        return reached;
    }

    /** A request is here, whatever becomes of it. */
    void reach() {
        if (!reached) {
            reached = true;
        }
    }

    /** The node serves. */
    public synchronized void open() {
        phase = Phase.OPEN;
    }

    /** From now on each answer closes its connection, so that the client's next one is made to somebody else. */
    public synchronized void leaving() {
        phase = Phase.LEAVING;
    }

    /**
     * Lets nobody in any more and waits until those who are inside have been answered.
     *
     * @return how many are still inside after so long; 0 when all have been answered
     */
    public synchronized int shut(long waitMs) throws InterruptedException {
        phase = Phase.SHUT;
        long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
        while (inside > 0) {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime());
            if (leftMs <= 0) {
                break;
            }
            wait(leftMs);
        }
        return inside;
    }

    /** What a request meets; who finds it {@link Phase#OPEN} or {@link Phase#LEAVING} is inside until {@link #left}. */
    synchronized Phase enter() {
        if (phase == Phase.OPEN || phase == Phase.LEAVING) {
            inside++;
        }
        return phase;
    }

    synchronized void left() {
        inside--;
        if (inside == 0) {
            notifyAll();
        }
    }

    synchronized Phase phase() {
        return phase;
    }
}
