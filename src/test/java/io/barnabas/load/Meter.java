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
    private final long serverPid;
    private final int recordBytes;
    private double serverBefore;
    private double clientBefore;

    /** A meter for the server that listens on a port of this machine; for 0, its CPU time is not known. */
    Meter(ProcessCpu cpu, int port, int recordBytes) {
        this.cpu = cpu;
        this.clientPid = ProcessHandle.current().pid();
        this.serverPid = port == 0 ? 0 : cpu.listeningOn(port).orElse(0);
        this.recordBytes = recordBytes;
    }

    void begin() {
        serverBefore = cpu.seconds(serverPid);
        clientBefore = cpu.seconds(clientPid);
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
                records,
                recordBytes,
                seconds,
                cpu.seconds(serverPid) - serverBefore,
                cpu.seconds(clientPid) - clientBefore);
    }
}
