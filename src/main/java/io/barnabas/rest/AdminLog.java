package io.barnabas.rest;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.TraceParent;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line in the log for each administrative act, whoever did it and however it ended. Stateless. */
final class AdminLog {
    private static final Logger LOG = LoggerFactory.getLogger(AdminLog.class);

    private AdminLog() {}

    /** What the act answers; when it is over, or was refused at once, it has been told. */
    static <T> CompletionStage<T> told(String act, String what, Caller caller, Supplier<CompletionStage<T>> begin) {
        CompletionStage<T> stage;
        try {
            stage = begin.get();
        } catch (RuntimeException e) {
            tell(act, what, caller, e);
            throw e;
        }
        return stage.whenComplete((done, failure) -> tell(act, what, caller, failure));
    }

    private static void tell(String act, String what, Caller caller, Throwable failure) {
        LOG.info(
                "administrative act act={} on={} outcome={} caller={} forwardedFor={} trace={}",
                act,
                Caller.safe(what),
                failure == null ? "done" : BarnabasException.of(failure).code(),
                caller.address(),
                caller.forwardedFor(),
                TraceParent.shown(caller.trace()));
    }
}
