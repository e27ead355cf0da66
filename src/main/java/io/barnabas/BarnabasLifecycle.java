package io.barnabas;

import static java.util.Objects.requireNonNull;

import io.barnabas.rest.Doorway;
import io.barnabas.rest.PeerDoor;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Shutdown;
import jakarta.enterprise.event.Startup;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.servlet.ServletContext;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/**
 * Starts the node when its application starts and stops it when that stops, SIGTERM included. The order is that of
 * {@link Parts}; nothing else in the application starts or stops anything. At SIGTERM the node drains first, while the
 * server still serves.
 *
 * <p>A start that fails ends the process where {@link FailedStart} says so; there, the node starts while the server goes
 * on with the deployment, so that health soon tells how far it is. Elsewhere a failure fails the deployment, which waits.
 */
@ApplicationScoped
public class BarnabasLifecycle {
    private final Instance<BarnabasSettings> settings;
    private final Instance<Node> node;
    private final HttpAddress address;
    private final NodeWatch watch;
    private final Doorway door = new Doorway();
    private ServletContext application;
    private Parts running;
    private Announcement announcement;
    private TerminationSignal termination;
    private Thread starting;
    private CompletableFuture<Void> listening = CompletableFuture.completedFuture(null);
    private Future<?> firstAnswer = CompletableFuture.completedFuture(null);

    protected BarnabasLifecycle() { // for the CDI proxy
        this.settings = null;
        this.node = null;
        this.address = null;
        this.watch = null;
    }

    /** Takes the node unmade, so that what goes wrong while it is made is told like what goes wrong at its start. */
    @Inject
    BarnabasLifecycle(Instance<BarnabasSettings> settings, Instance<Node> node, HttpAddress address, NodeWatch watch) {
        this.settings = requireNonNull(settings, "settings");
        this.node = requireNonNull(node, "node");
        this.address = requireNonNull(address, "address");
        this.watch = requireNonNull(watch, "watch");
    }

    /** Comes before {@link #start}, which cannot ask for the context itself: no request is active then. */
    void initialized(@Observes @Initialized(ApplicationScoped.class) ServletContext context) {
        application = context;
        application.setAttribute(Doorway.ATTRIBUTE, door);
        LoadedClasses.load(application, LoadedClasses.class.getPackageName());
    }

    void start(@Observes Startup event) {
        long startedNanos = System.nanoTime();
        Optional<BarnabasSettings> read = Optional.empty();
        try {
            read = Optional.of(settings.get());
            announcement = new Announcement(
                    address.url(application.getContextPath()), read.get().dataDir(), startedNanos);
            Node made = node.get();
            watch.made(made);
            running = made.parts();
            start(made, read.get());
        } catch (RuntimeException | LinkageError e) {
            watch.failed();
            new FailedStart(read.map(BarnabasSettings::exitOnFailure)).handle(e);
        }
    }

    private void start(Node made, BarnabasSettings read) {
        FailedStart failed = new FailedStart(Optional.of(read.exitOnFailure()));
        listening = listen(failed);
        if (!failed.ends()) {
            serve(made, read);
            return;
        }
        starting = new NodeThreads(BarnabasLifecycle.class.getClassLoader())
                .factory("start")
                .newThread(() -> {
                    try {
                        serve(made, read);
                    } catch (RuntimeException | LinkageError e) {
                        failed.handle(e);
                    }
                });
        starting.start();
    }

    private void serve(Node made, BarnabasSettings read) {
        made.parts().start();
        application.setAttribute(PeerDoor.ATTRIBUTE, made.peerDoor());
        door.open();
        made.answeringWhen(door::reached);
        if (FailedStart.inPayaraMicro()) { // in a Payara Server the process is not ours to end
            termination = TerminationSignal.handle(departure(made, read.lingerMs()));
        }
        firstAnswer = listening
                .thenCompose(open -> FirstAnswer.from(address.probe(application.getContextPath())))
                .thenRun(() -> announcement.ready(made.parts()));
    }

    /** Lets clients in as soon as they would be answered by the application, if only that it is starting. */
    private CompletableFuture<Void> listen(FailedStart failed) {
        HttpListeners listeners = listeners();
        return listeners
                .knock(address.port())
                .map(at -> FirstAnswer.reaching(address.probe(application.getContextPath(), at), door::reached))
                .orElseGet(() -> CompletableFuture.completedFuture(null))
                .thenRun(listeners::listen)
                .whenComplete((listens, failure) -> {
                    if (failure != null) {
                        failed.handle(failure);
                    }
                });
    }

    private Departure departure(Node made, long lingerMs) {
        return new Departure(door, made::drain, listeners(), lingerMs);
    }

    private HttpListeners listeners() {
        return new HttpListeners(application.getClass().getClassLoader());
    }

    void stop(@Observes Shutdown event) {
        if (running != null) {
            awaitStart();
            firstAnswer.cancel(false);
            if (termination != null) {
                termination.close();
            }
            running.stop();
            announcement.stopped();
        }
    }

    /** What is half started cannot be stopped. */
    private void awaitStart() {
        if (starting != null) {
            try {
                starting.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
