package io.barnabas.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.barnabas.group.GroupCoordinator.Assignment;
import io.barnabas.group.GroupCoordinator.JoinRequest;
import io.barnabas.group.GroupCoordinator.MemberListener;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import io.barnabas.testing.InMemoryPartitionLog;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The coordinator as it runs: real threads, real time, members that let go from their own threads. */
class CoordinatorThreadsTest {
    private static final String GROUP = "billing";
    private static final int PARTITIONS = 32;

    private final ExecutorService events = Executors.newFixedThreadPool(3);
    private final ExecutorService notices = Executors.newFixedThreadPool(3);
    private final ScheduledThreadPoolExecutor timers = ExecutorTimers.executor(Thread::new);
    private final JournaledGroupCoordinator coordinator = new JournaledGroupCoordinator(
            GroupSettings.DEFAULTS,
            topic -> OptionalInt.of(PARTITIONS),
            Clock.systemUTC(),
            System::nanoTime,
            new ExecutorTimers(timers),
            events,
            notices,
            UUID::randomUUID,
            GroupEvents.NONE);

    /** Who reads what, over all members: a second reader of a partition is an error. */
    private final ConcurrentHashMap<TopicPartition, Reader> readers = new ConcurrentHashMap<>();

    private final List<String> errors = new ArrayList<>();

    @AfterEach
    void stop() {
        coordinator.close();
        events.shutdown();
        notices.shutdown();
        timers.shutdownNow();
    }

    private final class Reader implements MemberListener {
        private volatile String memberId;
        private volatile int generation;

        void join() {
            JoinRequest request =
                    new JoinRequest(Optional.empty(), "c", Set.of("orders"), Optional.of("sticky"), 45_000, 60_000);
            memberId = coordinator
                    .join(GROUP, request, this)
                    .toCompletableFuture()
                    .join()
                    .memberId();
        }

        void leave() {
            // Reading stops before leaving, as a client does it.
            readers.values().removeIf(reader -> reader == this);
            coordinator.leave(GROUP, memberId).toCompletableFuture().join();
            readers.values().removeIf(reader -> reader == this);
        }

        @Override
        public void assigned(Assignment assignment) {
            if (assignment.generation() <= generation) {
                error("generation went back to " + assignment.generation());
            }
            generation = assignment.generation();
            assignment.partitions().forEach(partition -> {
                Reader before = readers.putIfAbsent(partition, this);
                if (before != null && before != this) {
                    error(partition + " has two readers");
                }
            });
        }

        @Override
        public void revoked(int heldIn, Set<TopicPartition> partitions) {
            partitions.forEach(partition -> readers.remove(partition, this));
            String id = await().until(() -> memberId, known -> known != null);
            coordinator.released(GROUP, id, partitions);
        }

        @Override
        public void removed(ErrorCode code, String reason) {
            if (code != ErrorCode.DRAINING) {
                error("removed " + code);
            }
        }
    }

    private void error(String what) {
        synchronized (errors) {
            errors.add(what);
        }
    }

    @Test
    void sharesOutWhileManyComeAndGo() {
        // given
        int partition = coordinator.journalPartition(GROUP);
        coordinator
                .load(
                        partition,
                        new InMemoryPartitionLog(new TopicPartition(GroupCoordinator.JOURNAL_TOPIC, partition)))
                .toCompletableFuture()
                .join();
        List<Reader> members = new ArrayList<>();
        // when
        for (int i = 0; i < 12; i++) {
            Reader member = new Reader();
            member.join();
            members.add(member);
            if (i % 3 == 2) {
                members.remove(i / 3).leave();
            }
        }
        // then
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertThat(readers).hasSize(PARTITIONS);
            assertThat(members)
                    .allSatisfy(member -> assertThat(readers.values().stream().filter(reader -> reader == member))
                            .hasSize(PARTITIONS / members.size()));
        });
        assertThat(errors).isEmpty();
    }
}
