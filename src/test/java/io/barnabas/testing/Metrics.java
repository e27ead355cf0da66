package io.barnabas.testing;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a server's {@code /metrics} said at one moment, in Prometheus' text format. Immutable. */
public final class Metrics {
    private static final Pattern SAMPLE = Pattern.compile("^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)$");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\",?");

    private final Map<String, String> types = new TreeMap<>();
    private final Map<String, String> helps = new TreeMap<>();
    private final Map<String, Map<Map<String, String>, Double>> samples = new TreeMap<>();

    private Metrics(String text) {
        text.lines().filter(line -> !line.isBlank()).forEach(this::take);
    }

    /** Asks a server now. */
    public static Metrics of(Http http) {
        return new Metrics(http.get("metrics").expect(200).text());
    }

    private void take(String line) {
        if (line.startsWith("# TYPE ")) {
            put(types, line);
        } else if (line.startsWith("# HELP ")) {
            put(helps, line);
        } else if (!line.startsWith("#")) {
            Matcher sample = SAMPLE.matcher(line);
            if (!sample.matches()) {
                throw new AssertionError("no sample: " + line);
            }
            samples.computeIfAbsent(sample.group(1), name -> new LinkedHashMap<>())
                    .put(labels(sample.group(2)), Double.parseDouble(sample.group(3)));
        }
    }

    private static void put(Map<String, String> map, String line) {
        String[] parts = line.split(" ", 4);
        map.put(parts[2], parts.length > 3 ? parts[3] : "");
    }

    private static Map<String, String> labels(String text) {
        Map<String, String> labels = new TreeMap<>();
        if (text != null) {
            Matcher label = LABEL.matcher(text);
            while (label.find()) {
                labels.put(label.group(1), label.group(2));
            }
        }
        return labels;
    }

    public Set<String> names() {
        return new TreeSet<>(samples.keySet());
    }

    public String type(String name) {
        return types.getOrDefault(name, "");
    }

    public String help(String name) {
        return helps.getOrDefault(name, "");
    }

    /** All series of a name by their labels. */
    public Map<Map<String, String>, Double> series(String name) {
        return samples.getOrDefault(name, Map.of());
    }

    /** The sum of the series of a name that have these labels, names and values in turn; fails when there is none. */
    public double sum(String name, String... labels) {
        double sum = 0;
        int found = 0;
        for (Map.Entry<Map<String, String>, Double> each : series(name).entrySet()) {
            if (has(each.getKey(), labels)) {
                sum += each.getValue();
                found++;
            }
        }
        if (found == 0) {
            throw new AssertionError("no series " + name + " with " + String.join(" ", labels));
        }
        return sum;
    }

    private static boolean has(Map<String, String> labels, String... wanted) {
        for (int i = 0; i < wanted.length; i += 2) {
            if (!wanted[i + 1].equals(labels.get(wanted[i]))) {
                return false;
            }
        }
        return true;
    }
}
