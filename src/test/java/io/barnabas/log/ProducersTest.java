package io.barnabas.log;

import static io.barnabas.log.Batches.sequenced;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.log.Producers.Appended;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.ProducerSequence;
import io.barnabas.record.RecordBatch;
import io.barnabas.testing.MemoryFiles;
import java.io.IOException;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What a partition remembers of idempotency keys. */
class ProducersTest {
    private static final long WINDOW_MS = 1_000;
    private static final int MOST_KEYS = 3;

    private final Producers producers = new Producers(2, MOST_KEYS, WINDOW_MS);
    private long nextOffset;

    @Test
    void knowsARepeatedKeyUntilTheWindowIsOver() {
        // given
        append(key(1), 77, 5_000);
        // when
        Appended within = producers.check(batch(key(1), 77), 5_000 + WINDOW_MS);
        Appended after = producers.check(batch(key(1), 77), 5_001 + WINDOW_MS);
        // then
        assertThat(within).isEqualTo(new Appended(77, 77, 0, 0, 5_000));
        assertThat(after).isNull();
    }

    @Test
    void refusesAnotherRequestWithTheSameKeyEvenOneThatFollowsInSequence() {
        append(key(1), 77, 0);
        refused(() -> producers.check(batch(key(1), 78), 1), ErrorCode.IDEMPOTENCY_KEY_REUSED);
        refused(() -> producers.check(batch(key(1), 0), 1), ErrorCode.IDEMPOTENCY_KEY_REUSED);
        refused(
                () -> producers.check(RecordBatch.at(sequenced(key(1), 0, 77, "a", "b")), 1),
                ErrorCode.IDEMPOTENCY_KEY_REUSED);
    }

    @Test
    void refusesOneKeyTooManyAndForgetsNoneEarly() {
        // given
        for (int i = 0; i < MOST_KEYS; i++) {
            append(key(i), i, i);
        }
        // then
        refused(() -> producers.check(batch(key(9), 9), WINDOW_MS), ErrorCode.TOO_MANY);
        assertThat(producers.check(batch(key(0), 0), WINDOW_MS)).isNotNull();
        assertThat(producers.check(batch(key(9), 9), WINDOW_MS + 1)).isNull();
    }

    @Test
    void keysPushOutNoProducer() {
        append(7, 0, 0);
        for (int i = 0; i < MOST_KEYS; i++) {
            append(key(i), i, i);
        }
        assertThat(producers.check(batch(7, 0), 0)).isNotNull();
    }

    @Test
    void undoForgetsAKeyWhoseWriteFailed() {
        // given
        Producers.Undo undo = producers.undo();
        producers.appended(key(1), (short) 0, new Appended(5, 5, 0, 0, 0), 0, undo);
        // when
        undo.restore();
        // then
        assertThat(producers.count()).isZero();
        assertThat(producers.check(batch(key(1), 6), 0)).isNull();
    }

    @Test
    void snapshotHoldsKeysAndProducers() throws IOException {
        // given
        append(7, 0, 0);
        append(key(1), 77, 0);
        MemoryFiles files = new MemoryFiles();
        Path path = Path.of("/data/x.producers");
        byte[] bytes = new byte[producers.snapshot().remaining()];
        producers.snapshot().get(bytes);
        files.put(path, bytes);
        Producers loaded = new Producers(2, MOST_KEYS, WINDOW_MS);
        // when
        boolean readable = loaded.load(files, path);
        // then
        assertThat(readable).isTrue();
        assertThat(loaded.check(batch(key(1), 77), 1)).isNotNull();
        assertThat(loaded.check(batch(7, 0), 1)).isNotNull();
    }

    private void append(long producerId, int sequence, long nowMs) {
        Appended appended = new Appended(sequence, sequence, nextOffset, nextOffset, nowMs);
        assertThat(producers.check(batch(producerId, sequence), nowMs)).isNull();
        producers.appended(producerId, (short) 0, appended, nowMs, null);
        nextOffset++;
    }

    private static long key(long hash) {
        return ProducerSequence.ofKey(hash, 0).producerId();
    }

    private static RecordBatch batch(long producerId, int sequence) {
        return RecordBatch.at(sequenced(producerId, 0, sequence, "v"));
    }

    private static void refused(ThrowingCallable call, ErrorCode code) {
        assertThatThrownBy(call).isInstanceOfSatisfying(BarnabasException.class, e -> assertThat(e.code())
                .isEqualTo(code));
    }
}
