package io.barnabas.broker.subscription;

import static java.util.Objects.requireNonNull;

import io.barnabas.group.Timers;
import io.barnabas.log.PartitionLog;
import io.barnabas.log.PartitionLog.Registration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Tells everybody who follows one log that it reaches further, in rounds. To tell a thousand followers of each record by
 * itself is a thousand frames a record; a round that waits a little tells them of several at once. How long depends on
 * how many there are, so that a few are told at once and the work for many stays a part of what the node does.
 *
 * <pre>
 *   resting --news, long after the last round--&gt; (round) --&gt; resting
 *   resting --news, soon after the last round--&gt; waiting --time--&gt; (round) --&gt; resting
 * </pre>
 *
 * <p>Thread-safe. One lock, for who follows and when the next round is; nobody is told under it.
 */
final class FanOut {
    private final Timers timers;
    private final LongSupplier nanoTime;
    private final long followerNanos;
    private final Consumer<FanOut> onDeserted;
    private final Registration registration;

    /** How far the log is known to reach. */
    private final AtomicLong end = new AtomicLong();

    /** Added to and taken from under the lock, gone through without it. */
    private final Set<Follower> followers = ConcurrentHashMap.newKeySet();

    private boolean deserted;
    private boolean waiting;
    private long lastRoundNanos;

    /**
     * Follows the log.
     *
     * @param followersPerMs how many are told in a millisecond, on an average, at most
     * @param onDeserted told once, when the last follower has gone; nobody can follow after that
     */
    FanOut(PartitionLog log, int followersPerMs, Timers timers, LongSupplier nanoTime, Consumer<FanOut> onDeserted) {
        this.timers = requireNonNull(timers, "timers");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
        this.followerNanos = TimeUnit.MILLISECONDS.toNanos(1) / followersPerMs;
        this.onDeserted = requireNonNull(onDeserted, "onDeserted");
        this.lastRoundNanos = nanoTime.getAsLong() - TimeUnit.DAYS.toNanos(1);
        this.registration = log.onHighWatermark(this::reached);
    }

    /** One who follows; by identity, since one listener may follow twice. */
    private record Follower(LongConsumer listener, Object self) {}

    /** Tells this listener, which returns at once, from now on; null when deserted. Closing it twice does nothing. */
    Registration follow(LongConsumer listener) {
        Follower follower = new Follower(requireNonNull(listener, "listener"), new Object());
        synchronized (this) {
            if (deserted) {
                return null;
            }
            followers.add(follower);
        }
        return () -> leave(follower);
    }

    private void leave(Follower follower) {
        synchronized (this) {
            if (!followers.remove(follower) || !followers.isEmpty()) {
                return;
            }
            deserted = true;
        }
        close();
        onDeserted.accept(this);
    }

    /** Hears nothing more of the log. */
    void close() {
        registration.close();
    }

    private void reached(long highWatermark) {
        end.accumulateAndGet(highWatermark, Math::max);
        long waitMs = waitMs();
        if (waitMs == 0) {
            round();
        } else if (waitMs > 0) {
            timers.schedule(waitMs, this::dueRound);
        }
    }

    /** Until the next round; 0 when it is now, below when one is on its way that tells of this, too. */
    private synchronized long waitMs() {
        if (waiting) {
            return -1;
        }
        long now = nanoTime.getAsLong();
        long apartMs = TimeUnit.NANOSECONDS.toMillis(followers.size() * followerNanos);
        long leftMs = apartMs - TimeUnit.NANOSECONDS.toMillis(now - lastRoundNanos);
        if (leftMs <= 0) {
            lastRoundNanos = now;
            return 0;
        }
        waiting = true;
        return leftMs;
    }

    private void dueRound() {
        synchronized (this) {
            waiting = false;
            lastRoundNanos = nanoTime.getAsLong();
        }
        round();
    }

    private void round() {
        long reached = end.get();
        for (Follower follower : followers) {
            follower.listener.accept(reached);
        }
    }
}
