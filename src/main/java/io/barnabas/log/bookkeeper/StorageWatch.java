package io.barnabas.log.bookkeeper;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.barnabas.log.StorageReach;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether this node can store anything, by trying, as long as there is reason to: something could not be
 * stored, or another node cannot and it is open whether this one can. One attempt at a time, and a pause after each. What
 * follows from it {@link Reach} decides.
 *
 * <p>Confined to the engine's background thread, but for what says otherwise.
 */
final class StorageWatch {
    private static final Logger LOG = LoggerFactory.getLogger(StorageWatch.class);

    private final BookKeeperSettings settings;
    private final StorageHealth health;
    private final Supplier<? extends CompletionStage<?>> probe;
    private final LongSupplier nanoTime;
    private final Later later;
    private final StorageListener listener;

    private Reach reach = new Reach.Able();
    private boolean probing;

    /** Whether the next attempt is set. */
    private boolean waiting;

    /** The highest number that a proof is wanted for, and that there is one for. */
    private long wanted;

    private long proof;

    /** What the listener knows. */
    private StorageReach toldReach = StorageReach.ABLE;

    private long toldProof;

    /**
     * @param probe stores something, and fails with {@code NOT_ENOUGH_REPLICAS} when that is not possible
     * @param later runs on the background thread; drops what comes when the engine ends
     */
    StorageWatch(
            BookKeeperSettings settings,
            StorageHealth health,
            Supplier<? extends CompletionStage<?>> probe,
            LongSupplier nanoTime,
            Later later,
            StorageListener listener) {
        this.settings = settings;
        this.health = health;
        this.probe = probe;
        this.nanoTime = nanoTime;
        this.later = later;
        this.listener = requireNonNull(listener, "listener");
        health.onDoubt(this::doubt);
    }

    /** Runs something on the background thread, after a while. */
    interface Later {
        void run(long delayMs, Runnable work);
    }

    /** Something could not be stored for lack of bookies. Thread-safe. */
    private void doubt() {
        later.run(0, () -> {
            become(reach.doubted(nowMs()));
            goOn();
        });
    }

    /** Tries, unless it has since this number was given, and reports it when that worked. Thread-safe. */
    void prove(long number) {
        later.run(0, () -> {
            wanted = Math.max(wanted, number);
            goOn();
        });
    }

    /** Tries at once when nothing is under way; what is wanted while an attempt is under way takes another one. */
    private void goOn() {
        if (!probing && !waiting && (reach.open() || wanted > proof)) {
            tryNow();
        }
    }

    private void tryNow() {
        probing = true;
        long begunNanos = nanoTime.getAsLong();
        long proves = wanted;
        CompletionStage<?> attempt;
        try {
            attempt = probe.get();
        } catch (RuntimeException e) {
            attempt = CompletableFuture.failedFuture(e);
        }
        var unused = attempt.whenComplete((stored, failure) -> later.run(0, () -> tried(begunNanos, proves, failure)));
    }

    private void tried(long begunNanos, long proves, Throwable failure) {
        probing = false;
        BarnabasException reason = failure == null ? null : Ledgers.failure("trying whether bookies store", failure);
        if (reason == null || health.storedSince(begunNanos)) {
            health.enoughBookies();
            proof = Math.max(proof, proves);
            become(reach.stored(nowMs(), settings.recoveredAfterMs()));
            tell();
        } else if (reason.code() == ErrorCode.NOT_ENOUGH_REPLICAS) {
            Reach next = reach.failed(nowMs(), settings.impairedAfterMs());
            if (next instanceof Reach.Impaired) {
                health.tooFewBookies(reason.getMessage());
            }
            become(next);
        }
        if (wanted > proof && proves < wanted) {
            goOn();
        } else if (reach.open() || wanted > proof) {
            waiting = true;
            later.run(settings.probeIntervalMs(), () -> {
                waiting = false;
                goOn();
            });
        }
    }

    private void become(Reach next) {
        Reach before = reach;
        reach = next;
        if (next.told() == before.told()) {
            return;
        }
        switch (next.told()) {
            case IMPAIRED ->
                LOG.error(
                        "Nothing can be stored from this node, its partitions go to nodes that can store triedMs={}",
                        settings.impairedAfterMs());
            case RECOVERING ->
                LOG.info(
                        "Something was stored from this node again, it is given partitions when that has held waitMs={}",
                        settings.recoveredAfterMs());
            case ABLE -> LOG.info("This node stores again and is given partitions");
        }
        health.reach(next.told());
        tell();
    }

    private void tell() {
        if (reach.told() != toldReach || proof != toldProof) {
            toldReach = reach.told();
            toldProof = proof;
            listener.changed(toldReach, toldProof);
        }
    }

    private long nowMs() {
        return NANOSECONDS.toMillis(nanoTime.getAsLong());
    }
}
