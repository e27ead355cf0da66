package io.barnabas.log;

/**
 * The wall clock, held back when it jumps ahead: by retention a jump would delete what is young. A jump is believed only
 * after it has lasted for a while of real time. A clock that goes back only keeps more, so it is believed at once.
 * Confined to one thread.
 */
public final class TrustedClock {
    private static final long TOLERANCE_MS = 60_000;

    private final long holdMs;
    private long trustedMs;
    private long atNanos;
    /** When the wall clock began to be ahead; 0 while it is not. */
    private long aheadSinceNanos;

    private boolean ahead;

    public TrustedClock(long wallMs, long nanos, long holdMs) {
        this.trustedMs = wallMs;
        this.atNanos = nanos;
        this.holdMs = holdMs;
    }

    public long nowMs(long wallMs, long nanos) {
        long expected = trustedMs + (nanos - atNanos) / 1_000_000;
        atNanos = nanos;
        if (wallMs <= expected + TOLERANCE_MS) {
            ahead = false;
            trustedMs = wallMs;
            return trustedMs;
        }
        if (!ahead) {
            ahead = true;
            aheadSinceNanos = nanos;
        }
        boolean believed = (nanos - aheadSinceNanos) / 1_000_000 >= holdMs;
        trustedMs = believed ? wallMs : expected;
        ahead = !believed;
        return trustedMs;
    }
}
