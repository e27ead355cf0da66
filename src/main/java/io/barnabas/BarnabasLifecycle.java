package io.barnabas;

import static java.util.Objects.requireNonNull;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Shutdown;
import jakarta.enterprise.event.Startup;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.servlet.ServletContext;
import java.util.Optional;
import java.util.concurrent.Future;

/**
 * Starts the node when its application starts and stops it when that stops, SIGTERM included. The order is that of
 * {@link Parts}; nothing else in the application starts or stops anything. At SIGTERM the node drains first, while the
 * server still serves.
 *
 * <p>A start that fails ends the process where {@link FailedStart} says so; elsewhere it fails the deployment.
 */
@ApplicationScoped
public class BarnabasLifecycle {
    private final Instance<BarnabasSettings> settings;
    private final Instance<Node> node;
    private final HttpAddress address;
    private String contextPath = "";
    private Parts running;
    private Announcement announcement;
    private TerminationSignal termination;
    private Future<?> firstAnswer;

    protected BarnabasLifecycle() { // for the CDI proxy
        this.settings = null;
        this.node = null;
        this.address = null;
    }

    /** Takes the node unmade, so that what goes wrong while it is made is told like what goes wrong at its start. */
    @Inject
    BarnabasLifecycle(Instance<BarnabasSettings> settings, Instance<Node> node, HttpAddress address) {
        this.settings = requireNonNull(settings, "settings");
        this.node = requireNonNull(node, "node");
        this.address = requireNonNull(address, "address");
    }

    /** Comes before {@link #start}, which cannot ask for the context itself: no request is active then. */
    void initialized(@Observes @Initialized(ApplicationScoped.class) ServletContext application) {
        contextPath = application.getContextPath();
        LoadedClasses.load(application, LoadedClasses.class.getPackageName());
    }

    void start(@Observes Startup event) {
        long startedNanos = System.nanoTime();
        Optional<BarnabasSettings> read = Optional.empty();
        try {
            read = Optional.of(settings.get());
            announcement = new Announcement(address.url(contextPath), read.get().dataDir(), startedNanos);
            Node made = node.get();
            made.parts().start();
            running = made.parts();
            if (FailedStart.inPayaraMicro()) { // in a Payara Server the process is not ours to end
                termination = TerminationSignal.handle(made::drain);
            }
            firstAnswer = FirstAnswer.from(address.probe(contextPath)).thenRun(() -> announcement.ready(running));
        } catch (RuntimeException | LinkageError e) {
            new FailedStart(read.map(BarnabasSettings::exitOnFailure)).handle(e);
        }
    }

    void stop(@Observes Shutdown event) {
        if (running != null) {
            firstAnswer.cancel(false);
            if (termination != null) {
                termination.close();
            }
            running.stop();
            announcement.stopped();
        }
    }
}
