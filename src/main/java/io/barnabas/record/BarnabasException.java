package io.barnabas.record;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * An error that a caller may see: a stable code and a message that names what was wrong.
 *
 * <p>Carries no stack trace unless it has a cause: it is an answer, thrown on paths a client can reach as often as it
 * likes. Messages never hold record contents.
 */
public final class BarnabasException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    public BarnabasException(ErrorCode code, String message) {
        super(message, null, false, false);
        this.code = requireNonNull(code, "code");
    }

    public BarnabasException(ErrorCode code, String message, Throwable cause) {
        super(message, cause, false, true);
        this.code = requireNonNull(code, "code");
    }

    public ErrorCode code() {
        return code;
    }

    /** The Barnabas error inside a failed future's exception, or an {@code INTERNAL_ERROR} that wraps it. */
    public static BarnabasException of(Throwable failure) {
        Throwable current = failure;
        while ((current instanceof CompletionException || current instanceof ExecutionException)
                && current.getCause() != null) {
            current = current.getCause();
        }
        if (current instanceof BarnabasException known) {
            return known;
        }
        return new BarnabasException(ErrorCode.INTERNAL_ERROR, "internal error", current);
    }
}
