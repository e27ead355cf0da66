package io.barnabas;

import static java.util.Objects.requireNonNull;

import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The two lines that say that the node serves and that it has stopped, for people and for programs that start one. On
 * standard output and not in the log, because a log's level or format must not take them away, and because the log is
 * already closed when a process that was told to end stops its applications. The second one is the {@link LastWord} of the
 * process, if that ends with the node.
 */
final class Announcement {
    private final URI url;
    private final Path dataDir;
    private final long startedNanos;
    private final LastWord stopped = new LastWord("Barnabas has stopped", System.out::println);

    Announcement(URI url, Path dataDir, long startedNanos) {
        this.url = requireNonNull(url, "url");
        this.dataDir = requireNonNull(dataDir, "dataDir");
        this.startedNanos = startedNanos;
    }

    /** Says so, unless the node has been stopped again in the meantime. */
    void ready(Parts parts) {
        if (parts.phase() == Parts.Phase.SERVING) {
            stopped.keep();
            System.out.println("Barnabas is ready at " + url + " (data in " + dataDir + ", " + elapsedMs() + " ms)");
        }
    }

    void stopped() {
        stopped.say();
    }

    /** Since the process began where it is ours; since the application began in a server that has others. */
    private long elapsedMs() {
        return FailedStart.inPayaraMicro()
                ? ManagementFactory.getRuntimeMXBean().getUptime()
                : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos);
    }
}
