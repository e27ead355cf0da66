package io.barnabas.broker.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.broker.StartPosition;
import io.barnabas.record.TopicPartition;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads ahead of what is sent, and sends everything once and in order all the same. */
class DeliveryTest {
    private static final TopicPartition FIRST = new TopicPartition("orders", 0);
    private static final TopicPartition SECOND = new TopicPartition("orders", 1);

    /** About three of the batches appended here. */
    private static final int READ_BYTES = 300;

    private final HeldReads reads = new HeldReads();
    private final BatchOutlet outlet = new BatchOutlet(8);
    private final Delivery delivery =
            new Delivery(reads, outlet, Runnable::run, READ_BYTES, new StartPosition.Earliest());

    @Test
    void readsTheNextPortionBeforeItSendsTheOneThatIsThere() {
        // given
        append(FIRST, 20);
        delivery.add(FIRST, 0);
        delivery.credit(1000);
        int before = outlet.sent().size();
        // when
        reads.answer();
        // then
        assertThat(reads.waiting()).as("reads under way").isOne();
        assertThat(reads.firstOffset()).isEqualTo(lastSent().to());
        assertThat(outlet.sent()).hasSizeGreaterThan(before);
    }

    @Test
    void sendsEverythingOnceWhenReadsAreAhead() {
        // given
        append(FIRST, 50);
        delivery.add(FIRST, 0);
        delivery.credit(1000);
        // when
        finish();
        // then
        assertThat(lastSent().to()).isEqualTo(50);
        assertContiguous(0);
    }

    @Test
    void readsNothingAheadWhenTheCreditGoesWithWhatIsThere() {
        // given
        append(FIRST, 20);
        delivery.add(FIRST, 0);
        delivery.credit(2);
        // when
        reads.answer();
        // then
        assertThat(outlet.sent()).hasSize(2);
        assertThat(reads.waiting()).isZero();
    }

    @Test
    void dropsWhatWasReadAheadWhenItsPartitionIsSoughtElsewhere() {
        // given
        append(FIRST, 20);
        delivery.add(FIRST, 0);
        delivery.credit(1000);
        reads.answer();
        int before = outlet.sent().size();
        // when
        delivery.seek(FIRST, 15);
        finish();
        // then
        assertThat(outlet.sent().get(before).from()).isEqualTo(15);
        assertThat(lastSent().to()).isEqualTo(20);
    }

    @Test
    void readsPartitionsInTurnWhenItReadsAhead() {
        // given
        append(FIRST, 20);
        append(SECOND, 20);
        delivery.add(FIRST, 0);
        delivery.add(SECOND, 0);
        delivery.credit(1000);
        // when
        reads.answer();
        reads.answer();
        // then
        assertThat(outlet.sent()).extracting(BatchOutlet.Sent::partition).contains(FIRST, SECOND);
    }

    /** Whatever comes between, each partition goes out from its beginning without a gap or a repeat. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34, 55, 89})
    void losesAndRepeatsNothingWhenCreditRoomAndRecordsComeInAnyOrder(long seed) {
        // given
        Random random = new Random(seed);
        append(FIRST, 1);
        append(SECOND, 1);
        delivery.add(FIRST, 0);
        delivery.add(SECOND, 0);
        // when
        for (int step = 0; step < 2_000; step++) {
            act(random);
            assertThat(reads.waiting()).as("reads under way").isLessThanOrEqualTo(1);
        }
        delivery.rest(false);
        delivery.credit(100_000);
        finish();
        // then
        assertThat(nextOffsets()).isEqualTo(delivery.positions());
        assertThat(delivery.positions())
                .containsEntry(FIRST, reads.log(FIRST).highWatermark())
                .containsEntry(SECOND, reads.log(SECOND).highWatermark());
    }

    private void act(Random random) {
        switch (random.nextInt(8)) {
            case 0 -> append(FIRST, 1 + random.nextInt(5));
            case 1 -> append(SECOND, 1 + random.nextInt(5));
            case 2 -> delivery.credit(1 + random.nextInt(12));
            case 3 -> delivery.rest(random.nextInt(4) == 0);
            case 4 -> {
                outlet.drain();
                delivery.pump();
            }
            default -> {
                if (reads.waiting() > 0) {
                    reads.answer();
                }
            }
        }
    }

    private void append(TopicPartition partition, int batches) {
        for (int batch = 0; batch < batches; batch++) {
            reads.append(partition, "a value");
        }
    }

    /** Answers and takes until nothing is left to be done. */
    private void finish() {
        for (int turn = 0; turn < 100_000; turn++) {
            outlet.drain();
            delivery.pump();
            if (reads.waiting() == 0) {
                return;
            }
            reads.answer();
        }
        throw new AssertionError("there is always another read");
    }

    private BatchOutlet.Sent lastSent() {
        return outlet.sent().get(outlet.sent().size() - 1);
    }

    private void assertContiguous(long from) {
        long next = from;
        for (BatchOutlet.Sent frame : outlet.sent()) {
            assertThat(frame.from()).isEqualTo(next);
            next = frame.to();
        }
    }

    /** What follows the last frame of each partition; fails at a gap or a repeat. */
    private Map<TopicPartition, Long> nextOffsets() {
        Map<TopicPartition, Long> next = new HashMap<>();
        for (BatchOutlet.Sent frame : outlet.sent()) {
            assertThat(frame.from()).as("after " + next).isEqualTo(next.getOrDefault(frame.partition(), 0L));
            next.put(frame.partition(), frame.to());
        }
        return next;
    }
}
