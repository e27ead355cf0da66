package io.barnabas;

import static java.util.Objects.requireNonNull;

import io.barnabas.BarnabasSettings.ExitOnFailure;
import io.barnabas.record.BarnabasException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a start that failed. Payara Micro logs the exception, stays up and answers 500 to everything, which
 * looks like life to whoever watches the process: there, the process ends. A Payara Server may hold other applications
 * and has an administrator who deploys: there, the deployment fails.
 */
final class FailedStart {
    static final int EXIT_CODE = 1;

    private static final Logger LOG = LoggerFactory.getLogger(FailedStart.class);

    private final Optional<ExitOnFailure> wanted;

    /** @param wanted absent when the settings could not be read */
    FailedStart(Optional<ExitOnFailure> wanted) {
        this.wanted = requireNonNull(wanted, "wanted");
    }

    /** Says why in one line, then ends the process or throws the failure on. */
    void handle(Throwable failure) {
        LOG.error("Barnabas did not start: {}", reason(failure));
        if (!isForOperator(rootOf(failure))) {
            LOG.error("the failure in full", failure);
        }
        if (!ends()) {
            throw failure instanceof RuntimeException known ? known : new IllegalStateException(failure);
        }
        end();
    }

    /** Whether a start that fails ends the process; else it fails the deployment. */
    boolean ends() {
        return switch (wanted.orElse(ExitOnFailure.AUTO)) {
            case ALWAYS -> true;
            case NEVER -> false;
            case AUTO -> inPayaraMicro();
        };
    }

    /**
     * An exit waits for the server's own shutdown, and that waits for this deployment to be over: so it is asked for on
     * a thread of its own, and the deployment goes on.
     */
    private static void end() {
        Thread exit = new Thread(() -> Runtime.getRuntime().exit(EXIT_CODE), "barnabas-failed-start");
        exit.setDaemon(true);
        exit.start();
    }

    /** Only Payara Micro has its main class on the system class path. */
    static boolean inPayaraMicro() {
        try {
            Class.forName("fish.payara.micro.PayaraMicro", false, ClassLoader.getSystemClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /** What the operator reads: the outermost message that is ours, else the root's own words. */
    static String reason(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof Parts.StartFailed || isForOperator(at)) {
                return at.getMessage();
            }
        }
        return rootOf(failure).toString();
    }

    private static boolean isForOperator(Throwable failure) {
        return failure instanceof SettingsException || failure instanceof BarnabasException;
    }

    /** The innermost cause, or the first one that is meant for people. */
    private static Throwable rootOf(Throwable failure) {
        Throwable at = failure;
        while (at.getCause() != null && !isForOperator(at)) {
            at = at.getCause();
        }
        return at;
    }
}
