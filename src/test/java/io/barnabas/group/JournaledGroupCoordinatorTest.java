package io.barnabas.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.Committer;
import io.barnabas.group.GroupCoordinator.ConsumerInstance;
import io.barnabas.group.GroupCoordinator.GroupSummary;
import io.barnabas.group.GroupCoordinator.JoinRequest;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.Compression;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.RecordBatchBuilder;
import io.barnabas.record.TopicPartition;
import io.barnabas.testing.InMemoryPartitionLog;
import io.barnabas.testing.ManualClock;
import io.barnabas.testing.ManualScheduler;
import io.barnabas.testing.RecordedMember;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class JournaledGroupCoordinatorTest {
    private static final String GROUP = "billing";
    private static final Duration SESSION = Duration.ofSeconds(45);

    private final ManualClock clock = new ManualClock();
    private final ManualScheduler scheduler = new ManualScheduler(clock);
    private final Map<String, Integer> topics = new HashMap<>(Map.of("orders", 3, "bills", 2));
    private final AtomicLong uuids = new AtomicLong();
    private final GroupSettings settings = GroupSettings.DEFAULTS;
    private final JournaledGroupCoordinator coordinator = coordinator();
    private final int partition = coordinator.journalPartition(GROUP);
    private InMemoryPartitionLog log =
            new InMemoryPartitionLog(new TopicPartition(GroupCoordinator.JOURNAL_TOPIC, partition));

    private JournaledGroupCoordinator coordinator() {
        return new JournaledGroupCoordinator(
                settings,
                topic -> topics.containsKey(topic) ? OptionalInt.of(topics.get(topic)) : OptionalInt.empty(),
                clock,
                clock::nanoTime,
                scheduler,
                Runnable::run,
                Runnable::run,
                () -> new UUID(0, uuids.incrementAndGet()),
                GroupEvents.NONE);
    }

    private static <T> T answer(CompletionStage<T> stage) {
        assertThat(stage.toCompletableFuture()).isDone();
        return stage.toCompletableFuture().join();
    }

    private static ErrorCode refusal(CompletionStage<?> stage) {
        assertThat(stage.toCompletableFuture()).isCompletedExceptionally();
        return stage.handle((reply, failure) -> BarnabasException.of(failure).code())
                .toCompletableFuture()
                .join();
    }

    private static JoinRequest request(String topic, Optional<String> memberId) {
        return new JoinRequest(memberId, "client", Set.of(topic), Optional.empty(), 45_000, 60_000);
    }

    private String join(RecordedMember listener) {
        return answer(coordinator.join(GROUP, request("orders", Optional.empty()), listener))
                .memberId();
    }

    private static TopicPartition orders(int number) {
        return new TopicPartition("orders", number);
    }

    private CompletionStage<Void> commit(String memberId, int generation, int number, long offset) {
        return coordinator.commit(
                GROUP,
                new Committer.Member(memberId, generation),
                Map.of(orders(number), new CommittedOffset(offset, "")));
    }

    private static ConsumerInstance instance(String name, Optional<String> memberId) {
        return new ConsumerInstance(
                name, Map.of("format", "json"), Set.of(), Optional.empty(), Set.of(), memberId, 300_000);
    }

    @Test
    void refusesWhatItDoesNotOwn() {
        assertThat(refusal(coordinator.describe(GROUP))).isEqualTo(ErrorCode.NOT_OWNER);
    }

    @Test
    void handsPartitionsOverAfterTheirOwnerLetGo() {
        // given
        coordinator.load(partition, log);
        RecordedMember first = new RecordedMember();
        RecordedMember second = new RecordedMember();
        String firstId = join(first);
        assertThat(first.heard()).containsExactly("assigned 1 [0, 1, 2]");
        String secondId = join(second);
        assertThat(first.heard()).containsExactly("revoked 1 [2]");
        assertThat(second.heard()).isEmpty();
        // when
        answer(coordinator.released(GROUP, firstId, Set.of(orders(2))));
        // then
        assertThat(first.heard()).containsExactly("assigned 2 [0, 1]");
        assertThat(second.heard()).containsExactly("assigned 2 [2]");
        answer(commit(firstId, 1, 0, 7));
        assertThat(refusal(commit(firstId, 1, 2, 7))).isEqualTo(ErrorCode.NOT_ASSIGNED);
        assertThat(refusal(commit(secondId, 1, 2, 7))).isEqualTo(ErrorCode.STALE_GENERATION);
        answer(coordinator.leave(GROUP, firstId));
        assertThat(second.heard()).containsExactly("assigned 3 [0, 1, 2]");
    }

    @Test
    void servesFromTheJournalAfterItWasLoadedElsewhere() {
        // given
        coordinator.load(partition, log);
        RecordedMember before = new RecordedMember();
        String memberId = join(before);
        answer(commit(memberId, 1, 1, 42));
        answer(coordinator.createInstance(GROUP, instance("browser", Optional.of(memberId))));
        coordinator.unload(partition);
        assertThat(before.heard()).containsExactly("assigned 1 [0, 1, 2]", "removed NOT_OWNER");
        // when
        log = log.reopened();
        answer(coordinator.load(partition, log));
        // then
        assertThat(answer(coordinator.committed(GROUP, Set.of())))
                .containsExactly(Map.entry(orders(1), new CommittedOffset(42, "")));
        assertThat(answer(coordinator.instance(GROUP, "browser")).memberId()).contains(memberId);
        RecordedMember after = new RecordedMember();
        answer(coordinator.join(GROUP, request("orders", Optional.of(memberId)), after));
        assertThat(after.heard()).containsExactly("assigned 1 [0, 1, 2]");
        answer(commit(memberId, 1, 1, 43));
    }

    @Test
    void expiresWhoIsSilent() {
        // given
        coordinator.load(partition, log);
        RecordedMember silent = new RecordedMember();
        RecordedMember alive = new RecordedMember();
        join(silent);
        String aliveId = join(alive);
        scheduler.advance(SESSION.minusSeconds(5));
        answer(coordinator.heartbeat(GROUP, aliveId));
        assertThat(alive.heard()).isEmpty();
        // when
        scheduler.advance(Duration.ofSeconds(5));
        // then
        assertThat(silent.heard()).containsExactly("assigned 1 [0, 1, 2]", "revoked 1 [2]", "removed UNKNOWN_MEMBER");
        assertThat(alive.heard()).containsExactly("assigned 2 [0, 1, 2]");
        assertThat(answer(coordinator.list())).containsExactly(new GroupSummary(GROUP, "Stable", 1, Set.of("orders")));
    }

    @Test
    void showsNothingThatIsNotDurable() {
        // given
        coordinator.load(partition, log);
        RecordedMember member = new RecordedMember();
        log.holdWrites();
        // when
        CompletionStage<GroupCoordinator.Joined> joined =
                coordinator.join(GROUP, request("orders", Optional.empty()), member);
        CompletionStage<?> described = coordinator.describe(GROUP);
        CompletionStage<?> duplicate = coordinator.createInstance(GROUP, instance("one", Optional.empty()));
        CompletionStage<?> refused = coordinator.createInstance(GROUP, instance("one", Optional.empty()));
        // then
        assertThat(joined.toCompletableFuture()).isNotDone();
        assertThat(described.toCompletableFuture()).isNotDone();
        assertThat(refused.toCompletableFuture()).isNotDone();
        assertThat(member.heard()).isEmpty();
        log.releaseWrites();
        answer(joined);
        answer(described);
        answer(duplicate);
        assertThat(refusal(refused)).isEqualTo(ErrorCode.INSTANCE_EXISTS);
        assertThat(member.heard()).containsExactly("assigned 1 [0, 1, 2]");
    }

    @Test
    void readsTheJournalAgainWhenAWriteFails() {
        // given
        coordinator.load(partition, log);
        RecordedMember member = new RecordedMember();
        String memberId = join(member);
        answer(commit(memberId, 1, 0, 7));
        member.heard();
        log.holdWrites();
        CompletionStage<Void> lost = commit(memberId, 1, 0, 8);
        CompletionStage<?> behind = coordinator.committed(GROUP, Set.of());
        // when
        log.failWrites(ErrorCode.DISK_FULL);
        // then
        assertThat(refusal(lost)).isEqualTo(ErrorCode.DISK_FULL);
        assertThat(refusal(behind)).isEqualTo(ErrorCode.DISK_FULL);
        assertThat(member.heard()).containsExactly("removed COORDINATOR_LOADING");
        assertThat(refusal(coordinator.describe(GROUP))).isEqualTo(ErrorCode.COORDINATOR_LOADING);
        scheduler.advance(Duration.ofMillis(settings.reloadDelayMs()));
        assertThat(answer(coordinator.committed(GROUP, Set.of())))
                .containsExactly(Map.entry(orders(0), new CommittedOffset(7, "")));
        answer(coordinator.join(GROUP, request("orders", Optional.of(memberId)), member));
        assertThat(member.heard()).containsExactly("assigned 1 [0, 1, 2]");
    }

    @Test
    void waitsForWritesUnderWayBeforeItReadsAgain() {
        // given
        coordinator.load(partition, log);
        String memberId = join(new RecordedMember());
        log.holdWrites();
        CompletionStage<Void> slow = commit(memberId, 1, 0, 8);
        log.refuseWrites(Optional.of(ErrorCode.OVERLOADED));
        CompletionStage<Void> failed = commit(memberId, 1, 1, 9);
        assertThat(refusal(failed)).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(refusal(slow)).isEqualTo(ErrorCode.OVERLOADED);
        scheduler.advance(Duration.ofMinutes(1));
        assertThat(refusal(coordinator.describe(GROUP))).isEqualTo(ErrorCode.COORDINATOR_LOADING);
        // when
        log.refuseWrites(Optional.empty());
        log.releaseWrites();
        scheduler.advance(Duration.ofMillis(settings.reloadDelayMs()));
        // then
        assertThat(answer(coordinator.committed(GROUP, Set.of())))
                .containsExactly(Map.entry(orders(0), new CommittedOffset(8, "")));
    }

    @Test
    void looksAfterATopicThatWentWhileTheJournalFailed() {
        // given
        coordinator.load(partition, log);
        answer(coordinator.commit(GROUP, new Committer.Anonymous(), Map.of(orders(0), new CommittedOffset(1, "note"))));
        log.refuseWrites(Optional.of(ErrorCode.STORAGE_ERROR));
        topics.remove("orders");
        coordinator.topicChanged("orders");
        // when
        log.refuseWrites(Optional.empty());
        scheduler.advance(Duration.ofMillis(settings.reloadDelayMs()));
        // then
        assertThat(refusal(coordinator.describe(GROUP))).isEqualTo(ErrorCode.UNKNOWN_GROUP);
    }

    @Test
    void stopsWhenTheLogBelongsToAnother() {
        // given
        coordinator.load(partition, log);
        RecordedMember member = new RecordedMember();
        String memberId = join(member);
        log.close();
        // when
        CompletionStage<Void> late = commit(memberId, 1, 0, 8);
        // then
        assertThat(refusal(late)).isEqualTo(ErrorCode.NOT_OWNER);
        assertThat(member.heard()).containsExactly("assigned 1 [0, 1, 2]", "removed NOT_OWNER");
        assertThat(refusal(coordinator.describe(GROUP))).isEqualTo(ErrorCode.NOT_OWNER);
    }

    @Test
    void refusesToLoadWhatANewerReleaseWrote() {
        // given
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE);
        byte[] key = JournalFormat.encode(new JournalRecord.GroupRemoved(GROUP)).key();
        builder.append(0, key, new byte[] {JournalFormat.VERSION + 1, 0}, List.of());
        log.append(builder.build(), Acks.ALL);
        // when
        CompletionStage<Void> loaded = coordinator.load(partition, log);
        // then
        assertThat(refusal(loaded)).isEqualTo(ErrorCode.CORRUPT_DATA);
        assertThat(refusal(coordinator.describe(GROUP))).isEqualTo(ErrorCode.CORRUPT_DATA);
    }

    @Test
    void loadsAJournalWhoseLastRecordsWereCompactedAway() {
        // given
        coordinator.load(partition, log);
        answer(coordinator.commit(GROUP, new Committer.Anonymous(), Map.of(orders(0), new CommittedOffset(8, ""))));
        long removals = log.endOffset();
        answer(coordinator.commit(GROUP, new Committer.Anonymous(), Map.of(orders(1), new CommittedOffset(9, ""))));
        coordinator.unload(partition);
        log.compactFrom(removals);
        // when
        answer(coordinator.load(partition, log));
        // then
        assertThat(answer(coordinator.committed(GROUP, Set.of())))
                .containsExactly(Map.entry(orders(0), new CommittedOffset(8, "")));
    }

    @Test
    void loadsAJournalOfManyPages() {
        // given
        coordinator.load(partition, log);
        for (int i = 0; i < 2_000; i++) {
            answer(coordinator.commit(
                    GROUP,
                    new Committer.Anonymous(),
                    Map.of(orders(i % 3), new CommittedOffset(i, "x".repeat(1_000)))));
        }
        coordinator.unload(partition);
        assertThat(log.size().sizeBytes()).isGreaterThan(settings.loadReadBytes());
        // when
        answer(coordinator.load(partition, log));
        // then
        assertThat(answer(coordinator.committed(GROUP, Set.of(orders(1))))
                        .get(orders(1))
                        .offset())
                .isEqualTo(1_999);
    }

    @Test
    void forgetsAnIdleInstanceAndItsMember() {
        // given
        coordinator.load(partition, log);
        RecordedMember member = new RecordedMember();
        String memberId = join(member);
        answer(coordinator.createInstance(GROUP, instance("browser", Optional.of(memberId))));
        // when
        for (int i = 0; i < 10; i++) {
            scheduler.advance(Duration.ofSeconds(30));
            coordinator.heartbeat(GROUP, memberId);
        }
        // then
        assertThat(member.heard()).containsExactly("assigned 1 [0, 1, 2]", "removed UNKNOWN_INSTANCE");
        assertThat(refusal(coordinator.instance(GROUP, "browser"))).isEqualTo(ErrorCode.UNKNOWN_INSTANCE);
    }

    @Test
    void tellsTheOldListenerThatItsMemberIsElsewhere() {
        // given
        coordinator.load(partition, log);
        RecordedMember before = new RecordedMember();
        RecordedMember after = new RecordedMember();
        String memberId = join(before);
        // when
        answer(coordinator.join(GROUP, request("orders", Optional.of(memberId)), after));
        // then
        assertThat(before.heard()).containsExactly("assigned 1 [0, 1, 2]", "removed ILLEGAL_STATE");
        assertThat(after.heard()).containsExactly("assigned 1 [0, 1, 2]");
    }

    @Test
    void setsNoAlarmAfterItIsClosed() {
        // given
        coordinator.load(partition, log);
        RecordedMember member = new RecordedMember();
        join(member);
        assertThat(scheduler.scheduledCount()).isEqualTo(1);
        // when
        coordinator.close();
        coordinator.close();
        // then
        assertThat(scheduler.scheduledCount()).isZero();
        assertThat(member.heard()).containsExactly("assigned 1 [0, 1, 2]", "removed DRAINING");
        assertThat(refusal(coordinator.list())).isEqualTo(ErrorCode.DRAINING);
    }

    @Test
    void keepsOneAlarmHoweverManyHeartbeats() {
        // given
        coordinator.load(partition, log);
        String memberId = join(new RecordedMember());
        // when
        for (int i = 0; i < 100; i++) {
            scheduler.advance(Duration.ofSeconds(7));
            answer(coordinator.heartbeat(GROUP, memberId));
        }
        // then
        assertThat(scheduler.scheduledCount()).isEqualTo(1);
    }
}
