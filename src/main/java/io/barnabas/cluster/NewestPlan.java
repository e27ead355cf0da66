package io.barnabas.cluster;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The plan that is to be written next: of the newest state that is known. An older one is dropped when a newer comes and
 * not the other way round, for a plan that finds its work done changes nothing, so that no further state would come in
 * and the newer one would be made again by chance only. Thread-safe.
 */
final class NewestPlan {
    /** Null when nothing waits to be written. Set by the thread that plans, taken by the one that writes. */
    private final AtomicReference<ControllerPlan> waiting = new AtomicReference<>();

    /** The plan of the newest state; whether somebody has to be called who takes it. */
    boolean offer(ControllerPlan plan) {
        if (plan.empty()) {
            waiting.set(null);
            return false;
        }
        return waiting.getAndSet(plan) == null;
    }

    /** The newest plan, once; empty when it was taken or is not needed any more. */
    Optional<ControllerPlan> take() {
        return Optional.ofNullable(waiting.getAndSet(null));
    }
}
