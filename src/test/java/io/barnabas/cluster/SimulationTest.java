package io.barnabas.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One seed is one history; {@code -Dbarnabas.simulation.seeds} and {@code .first} tell how many from which on. */
class SimulationTest {
    private static final int SEEDS_FOR_A_BUG = 300;
    private static final Duration LIMIT = Duration.ofSeconds(12);

    @Test
    void keepsItsPromisesWhateverHappens() {
        // given
        Optional<Integer> asked = Optional.ofNullable(Integer.getInteger("barnabas.simulation.seeds"));
        int first = Integer.getInteger("barnabas.simulation.first", 0);
        long startedNanos = System.nanoTime();
        int runs = 0;
        int acknowledged = 0;
        int committed = 0;
        int faults = 0;
        // when
        for (int seed = first; seed < first + asked.orElse(400); seed++) {
            Simulation.Report report = history(seed, Set.of());
            runs++;
            acknowledged += report.acknowledged();
            committed += report.committed();
            faults += report.faults();
            if (asked.isEmpty() && System.nanoTime() - startedNanos > LIMIT.toNanos()) {
                break;
            }
        }
        // then
        assertThat(acknowledged).as("acknowledged records").isGreaterThan(100 * runs);
        assertThat(committed).as("commits").isGreaterThan(5 * runs);
        assertThat(faults).as("faults").isGreaterThan(10 * runs);
        System.out.println("simulated histories=" + runs + " faults=" + faults + " acknowledged=" + acknowledged
                + " committed=" + committed + " lost=0");
    }

    @ParameterizedTest
    @EnumSource(PlantedBug.class)
    void findsEveryPlantedBug(PlantedBug bug) {
        int notHealed = 0;
        for (int seed = 0; seed < SEEDS_FOR_A_BUG; seed++) {
            try {
                new Simulation(seed, EnumSet.of(bug)).run();
            } catch (BrokenPromise found) {
                System.out.println("planted bug=" + bug + " found in seed=" + seed + ": " + found.getMessage());
                return;
            } catch (NotHealed later) {
                notHealed++; // a consequence, not the mistake itself
            }
        }
        throw new AssertionError(
                "not found in " + SEEDS_FOR_A_BUG + " histories, " + notHealed + " did not heal: " + bug);
    }

    @Test
    void repeatsItselfFromTheSameSeed() {
        assertThat(history(7, Set.of())).isEqualTo(history(7, Set.of()));
    }

    private static Simulation.Report history(long seed, Set<PlantedBug> bugs) {
        try {
            return new Simulation(seed, bugs).run();
        } catch (BrokenPromise | NotHealed broken) {
            throw new AssertionError("seed " + seed + ": " + broken.getMessage(), broken);
        }
    }
}
