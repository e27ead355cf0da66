package io.barnabas.metrics;

import static java.util.Objects.requireNonNull;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricID;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;

/**
 * Shows series in the application's registry of MicroProfile Metrics, and takes them away again when the node stops.
 * Names carry their units already, so the registry is told of none and adds none.
 */
final class MicroProfileExposition implements Exposition, AutoCloseable {
    private final MetricRegistry registry;
    private final Set<MetricID> mine = ConcurrentHashMap.newKeySet();

    MicroProfileExposition(MetricRegistry registry) {
        this.registry = requireNonNull(registry, "registry");
    }

    @Override
    public Tally counter(String name, String help, Tag... labels) {
        mine.add(new MetricID(name, labels));
        return registry.counter(metadata(name, help), labels)::inc;
    }

    @Override
    public void gauge(String name, String help, DoubleSupplier value, Tag... labels) {
        mine.add(new MetricID(name, labels));
        Supplier<Double> safe = () -> orNotANumber(value);
        registry.gauge(metadata(name, help), safe, labels);
    }

    /** One value that cannot be told must not take the others with it. */
    private static double orNotANumber(DoubleSupplier value) {
        try {
            return value.getAsDouble();
        } catch (RuntimeException e) {
            return Double.NaN;
        }
    }

    @Override
    public void remove(String name, Tag... labels) {
        MetricID id = new MetricID(name, labels);
        mine.remove(id);
        registry.remove(id);
    }

    private static Metadata metadata(String name, String help) {
        return Metadata.builder().withName(name).withDescription(help).build();
    }

    @Override
    public void close() {
        mine.forEach(registry::remove);
        mine.clear();
    }
}
