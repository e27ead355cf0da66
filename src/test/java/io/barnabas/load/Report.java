package io.barnabas.load;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Prints what was measured. Confined to one thread. */
final class Report {
    private static final double NANOS_PER_MS = 1e6;

    private final PrintStream out;

    Report(PrintStream out) {
        this.out = out;
    }

    /** One trial, a line a phase. */
    void trial(TrialResult result) {
        phase(result.target(), "write", result.produced());
        if (result.read() != null) {
            phase(result.target(), "read", result.read());
        }
        latency("answered", result.answered());
        if (result.delivered() != null) {
            latency("delivered", result.delivered());
        }
        List<String> complaints = result.complaints();
        if (complaints.isEmpty()) {
            out.printf(
                    Locale.ROOT,
                    "  checked: %s%n",
                    result.read() == null
                            ? "nothing was read back"
                            : "nothing lost, duplicated, reordered, moved or damaged; offsets dense");
        }
        complaints.forEach(complaint -> out.println("  WRONG: " + complaint));
        out.flush();
    }

    /** Rounds of two targets: every figure of both with its ratio, first to second, per round and in the median. */
    void versus(List<TrialResult> firsts, List<TrialResult> seconds) {
        String first = firsts.get(0).target();
        String second = seconds.get(0).target();
        out.printf(
                Locale.ROOT,
                "%n%d rounds, medians            %16s %16s   ratio per round: median (min .. max)%n",
                firsts.size(),
                first,
                second);
        Map<String, double[]> ours = figures(firsts);
        Map<String, double[]> theirs = figures(seconds);
        ours.forEach((name, values) -> {
            double[] others = theirs.get(name);
            if (others != null) {
                line(name, values, others);
            }
        });
        long wrong =
                firsts.stream().filter(result -> !result.complaints().isEmpty()).count()
                        + seconds.stream()
                                .filter(result -> !result.complaints().isEmpty())
                                .count();
        out.println(
                wrong == 0
                        ? "every trial was checked and clean"
                        : "VOID: " + wrong + " trials have complaints, see above");
        out.flush();
    }

    private void line(String name, double[] ours, double[] theirs) {
        double[] ratios = new double[ours.length];
        for (int round = 0; round < ratios.length; round++) {
            ratios[round] = ours[round] / theirs[round];
        }
        double[] sorted = ratios.clone();
        Arrays.sort(sorted);
        out.printf(
                Locale.ROOT,
                "  %-28s %16s %16s   %.2f (%.2f .. %.2f)%n",
                name,
                number(median(ours)),
                number(median(theirs)),
                median(ratios),
                sorted[0],
                sorted[sorted.length - 1]);
    }

    /** Of an even count, the mean of the two in the middle. */
    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static Map<String, double[]> figures(List<TrialResult> results) {
        Map<String, double[]> figures = new LinkedHashMap<>();
        for (int round = 0; round < results.size(); round++) {
            TrialResult result = results.get(round);
            put(figures, results.size(), round, "write", result.produced());
            if (result.read() != null) {
                put(figures, results.size(), round, "read", result.read());
            }
            put(figures, results.size(), round, "answered", result.answered());
            if (result.delivered() != null) {
                put(figures, results.size(), round, "delivered", result.delivered());
            }
        }
        figures.values().removeIf(values -> Arrays.stream(values).anyMatch(Double::isNaN));
        return figures;
    }

    private static void put(
            Map<String, double[]> figures, int rounds, int round, String what, TrialResult.Phase phase) {
        put(figures, rounds, round, what + " records/s", phase.recordsPerSecond());
        put(figures, rounds, round, what + " MB/s", phase.megabytesPerSecond());
        put(figures, rounds, round, what + " server CPU s/M", phase.serverCpuSecondsPerMillion());
        put(figures, rounds, round, what + " client CPU s/M", phase.clientCpuSecondsPerMillion());
    }

    private static void put(Map<String, double[]> figures, int rounds, int round, String what, Histogram nanos) {
        put(figures, rounds, round, what + " p50 ms", nanos.getValueAtPercentile(50) / NANOS_PER_MS);
        put(figures, rounds, round, what + " p99 ms", nanos.getValueAtPercentile(99) / NANOS_PER_MS);
        put(figures, rounds, round, what + " p99.9 ms", nanos.getValueAtPercentile(99.9) / NANOS_PER_MS);
        put(figures, rounds, round, what + " max ms", nanos.getMaxValue() / NANOS_PER_MS);
    }

    private static void put(Map<String, double[]> figures, int rounds, int round, String name, double value) {
        figures.computeIfAbsent(name, any -> new double[rounds])[round] = value;
    }

    private void phase(String target, String what, TrialResult.Phase phase) {
        out.printf(
                Locale.ROOT,
                "  %-16s %-5s %,12.0f records/s %8.1f MB/s  %,d records in %.2f s  CPU s per million: server %s client %s%n",
                target,
                what,
                phase.recordsPerSecond(),
                phase.megabytesPerSecond(),
                phase.records(),
                phase.seconds(),
                number(phase.serverCpuSecondsPerMillion()),
                number(phase.clientCpuSecondsPerMillion()));
    }

    private void latency(String what, Histogram nanos) {
        if (nanos.getTotalCount() == 0) {
            return;
        }
        out.printf(
                Locale.ROOT,
                "  %-16s ms since the intended send: p50 %.3f  p99 %.3f  p99.9 %.3f  max %.3f%n",
                what,
                nanos.getValueAtPercentile(50) / NANOS_PER_MS,
                nanos.getValueAtPercentile(99) / NANOS_PER_MS,
                nanos.getValueAtPercentile(99.9) / NANOS_PER_MS,
                nanos.getMaxValue() / NANOS_PER_MS);
    }

    private static String number(double value) {
        if (Double.isNaN(value)) {
            return "?";
        }
        return String.format(Locale.ROOT, value >= 1000 ? "%,.0f" : "%.3f", value);
    }
}
