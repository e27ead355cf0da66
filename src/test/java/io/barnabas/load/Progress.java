package io.barnabas.load;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** A line a second on the terminal while a trial runs. Confined to the thread that watches the trial. */
final class Progress {
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final double NANOS_PER_SECOND = 1e9;

    private final PrintStream out;
    private final String what;
    private final long startNanos;
    private long lastNanos;
    private long lastStored;
    private long lastRead;

    Progress(PrintStream out, String what, long startNanos) {
        this.out = out;
        this.what = what;
        this.startNanos = startNanos;
        this.lastNanos = startNanos;
    }

    /** Prints if a second has passed. */
    void show(long nowNanos, long stored, long refused, long read) {
        if (nowNanos - lastNanos < INTERVAL_NANOS) {
            return;
        }
        double seconds = (nowNanos - lastNanos) / NANOS_PER_SECOND;
        out.printf(
                Locale.ROOT,
                "  %-16s %4.0f s  stored %,d (%,.0f/s)  read %,d (%,.0f/s)%s%n",
                what,
                (nowNanos - startNanos) / NANOS_PER_SECOND,
                stored,
                (stored - lastStored) / seconds,
                read,
                (read - lastRead) / seconds,
                refused == 0 ? "" : String.format(Locale.ROOT, "  refused %,d", refused));
        lastNanos = nowNanos;
        lastStored = stored;
        lastRead = read;
    }
}
