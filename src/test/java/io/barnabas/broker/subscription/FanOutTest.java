package io.barnabas.broker.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.log.PartitionLog.Registration;
import io.barnabas.record.Acks;
import io.barnabas.record.TopicPartition;
import io.barnabas.testing.Batches;
import io.barnabas.testing.InMemoryPartitionLog;
import io.barnabas.testing.ManualClock;
import io.barnabas.testing.ManualScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How those who follow a partition learn that there is more. */
class FanOutTest {
    private static final int FOLLOWERS_PER_MS = 10;

    private final ManualClock clock = new ManualClock();
    private final ManualScheduler scheduler = new ManualScheduler(clock);
    private final InMemoryPartitionLog log = new InMemoryPartitionLog(new TopicPartition("orders", 0));
    private final AtomicInteger deserted = new AtomicInteger();
    private final FanOut fanOut =
            new FanOut(log, FOLLOWERS_PER_MS, scheduler, clock::nanoTime, gone -> deserted.incrementAndGet());
    private final List<Long> told = new ArrayList<>();

    @Test
    void tellsFewOfEachAppendAtOnce() {
        // given
        fanOut.follow(told::add);
        // when
        append();
        append();
        // then
        assertThat(told).containsExactly(1L, 2L);
    }

    @Test
    void tellsManyAtOnceWhenTheyHaveHeardNothingForLong() {
        // given
        follow(100);
        // when
        append();
        // then
        assertThat(told).hasSize(100);
    }

    @Test
    void tellsManyOfSeveralAppendsTogetherWhenTheyComeFast() {
        // given
        follow(100);
        append();
        told.clear();
        // when
        append();
        append();
        append();
        // then
        assertThat(told).as("within the time of a round").isEmpty();
        scheduler.advance(Duration.ofMillis(9));
        assertThat(told).as("just before its end").isEmpty();
        scheduler.advance(Duration.ofMillis(1));
        assertThat(told).hasSize(100).containsOnly(4L);
        assertThat(scheduler.scheduledCount()).isZero();
    }

    @Test
    void tellsNobodyWhoHasLeftWhenARoundIsDue() {
        // given
        follow(99);
        Registration leaving = fanOut.follow(told::add);
        append();
        told.clear();
        append();
        // when
        leaving.close();
        scheduler.advance(Duration.ofMillis(10));
        // then
        assertThat(told).hasSize(99);
    }

    @Test
    void isDesertedWhenTheLastFollowerLeaves() {
        // given
        Registration first = fanOut.follow(told::add);
        Registration second = fanOut.follow(told::add);
        first.close();
        first.close();
        assertThat(deserted).hasValue(0);
        // when
        second.close();
        // then
        assertThat(deserted).hasValue(1);
        assertThat(fanOut.follow(told::add)).as("too late").isNull();
        append();
        assertThat(told).isEmpty();
    }

    private void follow(int count) {
        for (int follower = 0; follower < count; follower++) {
            fanOut.follow(told::add);
        }
    }

    private void append() {
        log.append(Batches.of("a"), Acks.ALL);
    }
}
