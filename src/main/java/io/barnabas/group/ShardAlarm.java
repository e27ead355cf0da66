package io.barnabas.group;

import java.util.OptionalLong;

/**
 * The one alarm of a shard, for the earliest of its deadlines. One that is set too early is left to ring, which costs
 * less than moving it at every heartbeat. Confined to the shard's queue.
 */
final class ShardAlarm {
    private final Timers timers;
    private final Runnable ring;
    private Timers.Alarm alarm = () -> {};
    private long setToMs;
    private boolean set;

    ShardAlarm(Timers timers, Runnable ring) {
        this.timers = timers;
        this.ring = ring;
    }

    void setTo(OptionalLong deadlineMs, long nowMs) {
        if (deadlineMs.isEmpty() || (set && setToMs <= deadlineMs.getAsLong())) {
            return;
        }
        alarm.cancel();
        set = true;
        setToMs = deadlineMs.getAsLong();
        alarm = timers.schedule(setToMs - nowMs, ring);
    }

    /** It has rung and is not set any more. */
    void rang() {
        set = false;
    }

    void cancel() {
        alarm.cancel();
        set = false;
    }
}
