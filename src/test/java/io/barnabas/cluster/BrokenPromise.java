package io.barnabas.cluster;

/** An invariant of the simulation does not hold. */
final class BrokenPromise extends AssertionError {
    private static final long serialVersionUID = 1L;

    BrokenPromise(String what) {
        super(what);
    }
}
