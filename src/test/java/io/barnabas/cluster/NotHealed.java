package io.barnabas.cluster;

/** All faults are over in the simulation, and it does not come into order again. */
final class NotHealed extends AssertionError {
    private static final long serialVersionUID = 1L;

    NotHealed(String what) {
        super(what);
    }
}
