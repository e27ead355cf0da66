package io.barnabas.load;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * What one trial measured.
 *
 * @param produced how writing went
 * @param read how reading went; null when nothing was read
 * @param answered nanoseconds from the intended send time to the answer
 * @param delivered nanoseconds from the intended send time to the record's arrival; null when records were read later
 * @param findings what the checker found
 * @param faults what makes the figures void, in words
 */
record TrialResult(
        String target,
        Workload workload,
        Phase produced,
        Phase read,
        Histogram answered,
        Histogram delivered,
        Findings findings,
        List<String> faults) {
    private static final double MEGABYTE = 1e6;
    private static final double MILLION = 1e6;

    /**
     * Writing or reading.
     *
     * @param records how many, of values with {@code recordBytes} each
     * @param serverCpuSeconds NaN when the server's process is not known
     */
    record Phase(long records, int recordBytes, double seconds, double serverCpuSeconds, double clientCpuSeconds) {
        double recordsPerSecond() {
            return records / seconds;
        }

        double megabytesPerSecond() {
            return recordsPerSecond() * recordBytes / MEGABYTE;
        }

        double serverCpuSecondsPerMillion() {
            return serverCpuSeconds * MILLION / records;
        }

        double clientCpuSecondsPerMillion() {
            return clientCpuSeconds * MILLION / records;
        }
    }

    /** Everything that is wrong with the run; empty when its figures count. */
    List<String> complaints() {
        List<String> complaints = new ArrayList<>(findings.lines());
        complaints.addAll(faults);
        return complaints;
    }
}
