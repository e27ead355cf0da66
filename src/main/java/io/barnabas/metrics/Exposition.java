package io.barnabas.metrics;

import java.util.function.DoubleSupplier;
import org.eclipse.microprofile.metrics.Tag;

/** Where series are shown. Thread-safe. All series of one name have the same help and the same label names. */
interface Exposition {
    /** A series that only grows; its name ends in {@code _total}. Made once, then held by whoever counts. */
    Tally counter(String name, String help, Tag... labels);

    /** A series whose value is asked for when somebody looks. */
    void gauge(String name, String help, DoubleSupplier value, Tag... labels);

    /** Takes a series away; one that is not there is fine. */
    void remove(String name, Tag... labels);

    /** What is added to; cheap, from any thread. */
    @FunctionalInterface
    interface Tally {
        void add(long more);

        default void increment() {
            add(1);
        }
    }
}
