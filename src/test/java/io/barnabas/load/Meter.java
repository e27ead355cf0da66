package io.barnabas.load;

import io.barnabas.load.TrialResult.Phase;
import java.util.List;

/**
 * Measures a phase of a trial: how much, how long, and the CPU time of client and server from {@link #begin} on. The
 * client is this process. Confined to the thread that watches the trial.
 */
final class Meter {
    private static final double NANOS_PER_SECOND = 1e9;

    private final ProcessCpu cpu;
    private final long clientPid;
    private final List<Long> serverPids;
    private final int recordBytes;
    private double serverBefore;
    private double clientBefore;

    /** A meter for the servers that listen on these ports of this machine; for none, their CPU time is not known. */
    Meter(ProcessCpu cpu, List<Integer> ports, int recordBytes) {
        this.cpu = cpu;
        this.clientPid = ProcessHandle.current().pid();
        this.serverPids = ports.stream()
                .map(port -> cpu.listeningOn(port).orElse(0))
                .distinct()
                .toList();
        this.recordBytes = recordBytes;
    }

    void begin() {
        serverBefore = serverSeconds();
        clientBefore = cpu.seconds(clientPid);
    }

    private double serverSeconds() {
        return serverPids.isEmpty()
                ? cpu.seconds(0)
                : serverPids.stream().mapToDouble(cpu::seconds).sum();
    }

    Phase produced(Cast cast, long startNanos) {
        double seconds = (cast.lastStoredNanos(startNanos) - startNanos) / NANOS_PER_SECOND;
        return phase(cast.stored(), seconds);
    }

    /**
     * From the first arrival on, without what came in it: how long a consumer takes to begin is not how fast it reads.
     * CPU time has no such beginning and is for everything.
     */
    Phase read(Cast cast, long startNanos) {
        List<Reading> begun = cast.readings().stream()
                .filter(reading -> reading.firstNanos() != 0)
                .toList();
        long records = cast.read();
        long from = begun.stream().mapToLong(Reading::firstNanos).min().orElse(startNanos);
        long first = begun.stream().mapToLong(Reading::firstCount).sum();
        double seconds = (cast.lastReadNanos(from) - from) / NANOS_PER_SECOND;
        Phase whole = phase(records, seconds);
        if (records == first || records == 0) {
            return whole;
        }
        // Kept as records over seconds, so the seconds are stretched by what is left out.
        return phase(records, seconds * records / (records - first));
    }

    private Phase phase(long records, double seconds) {
        return new Phase(
                records, recordBytes, seconds, serverSeconds() - serverBefore, cpu.seconds(clientPid) - clientBefore);
    }
}
