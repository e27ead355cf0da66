package io.barnabas.metrics;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;
import org.eclipse.microprofile.metrics.Tag;

/** Keeps series in memory, by name and labels as Prometheus writes them. */
final class RecordedExposition implements Exposition {
    private final Map<String, DoubleSupplier> series = new TreeMap<>();

    @Override
    public Tally counter(String name, String help, Tag... labels) {
        AtomicLong count = new AtomicLong();
        put(name, count::get, labels);
        return count::addAndGet;
    }

    @Override
    public void gauge(String name, String help, DoubleSupplier value, Tag... labels) {
        put(name, value, labels);
    }

    private void put(String name, DoubleSupplier value, Tag... labels) {
        if (series.put(key(name, labels), value) != null) {
            throw new IllegalStateException(key(name, labels) + " is there already");
        }
    }

    @Override
    public void remove(String name, Tag... labels) {
        series.remove(key(name, labels));
    }

    private static String key(String name, Tag... labels) {
        return labels.length == 0
                ? name
                : Arrays.stream(labels)
                        .map(label -> label.getTagName() + "=" + label.getTagValue())
                        .sorted()
                        .collect(Collectors.joining(",", name + "{", "}"));
    }

    /** The value of a series such as {@code up{job=x}}. */
    double value(String key) {
        return series.get(key).getAsDouble();
    }

    /** The series of one name, in order. */
    Map<String, Double> of(String name) {
        Map<String, Double> found = new TreeMap<>();
        series.forEach((key, value) -> {
            if (key.equals(name) || key.startsWith(name + "{")) {
                found.put(key, value.getAsDouble());
            }
        });
        return found;
    }
}
