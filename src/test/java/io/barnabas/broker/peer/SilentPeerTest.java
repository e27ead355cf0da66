package io.barnabas.broker.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.testing.relay.LinkState.Way;
import io.barnabas.testing.relay.TcpRelay;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node that is in the cluster and answers nothing, because of the network alone. */
@Timeout(60)
class SilentPeerTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int LONG_MS = 600_000;

    private final PeerFixture nodes = new PeerFixture();
    private final PeerFixture.Member one = nodes.join(1);
    private TcpRelay link;
    private PeerFixture.Member two;

    @BeforeEach
    void join() {
        two = nodes.joinBehind(2, port -> link = TcpRelay.to(port, 1));
        await().atMost(SOON).until(() -> one.heard.events().contains("opened 2"));
    }

    @AfterEach
    void close() {
        nodes.close();
        link.close();
    }

    @Test
    void doesNotKeepThoseWaitingThatAskedIt() {
        // given
        AtomicInteger begun = new AtomicInteger();
        two.desk.register(PeerOperation.APPEND, (from, body) -> {
            begun.incrementAndGet();
            return CompletableFuture.completedFuture(body);
        });
        link.swallow(Way.ANSWERS);
        // when
        CompletionStage<ByteBuffer> call = one.calls.call(2, PeerOperation.APPEND, bytes("x"), LONG_MS);
        // then
        BarnabasException failure = failure(call);
        assertThat(begun).hasValue(1);
        assertThat(failure.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(failure).hasMessageContaining("node 2 has answered nothing for 1000 ms");
        assertThat(one.calls.silentMs(2)).isGreaterThanOrEqualTo(1_000);
    }

    @Test
    void isNotAskedAgainUntilItIsHeard() {
        // given
        two.desk.register(PeerOperation.APPEND, (from, body) -> CompletableFuture.completedFuture(body));
        link.swallow();
        await().atMost(SOON).until(() -> one.calls.silentMs(2) > 0);
        // when
        CompletionStage<ByteBuffer> call = one.calls.call(2, PeerOperation.APPEND, bytes("x"), LONG_MS);
        // then
        assertThat(call.toCompletableFuture()).isCompletedExceptionally();
        assertThat(failure(call).code()).isEqualTo(ErrorCode.PEER_UNREACHABLE);
        link.heal();
        await().atMost(SOON).until(() -> one.calls.silentMs(2) == 0);
        CompletionStage<ByteBuffer> again = one.calls.call(2, PeerOperation.APPEND, bytes("y"), LONG_MS);
        assertThat(again.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join())
                .isEqualTo(bytes("y"));
    }

    @Test
    void isNotSilentWhileItTakesLongForOneAnswerAndTellsNews() {
        // given
        CompletableFuture<ByteBuffer> late = new CompletableFuture<>();
        two.desk.register(PeerOperation.FETCH, (from, body) -> late);
        CompletionStage<ByteBuffer> call = one.calls.call(2, PeerOperation.FETCH, bytes("x"), LONG_MS);
        // when
        late.completeOnTimeout(bytes("late"), 3L * PeerFixture.SETTINGS.newsSilenceMs(), TimeUnit.MILLISECONDS);
        // then
        assertThat(call.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join())
                .isEqualTo(bytes("late"));
        assertThat(one.calls.silentMs(2)).isZero();
    }

    /** As for a node that slept itself: all that it waits for seems late when it wakes. */
    @Test
    void isNotSilentWhenItGivesASignOfLifeAfterAPollThatWasLost() {
        // given
        CompletableFuture<ByteBuffer> late = new CompletableFuture<>();
        two.desk.register(PeerOperation.FETCH, (from, body) -> late);
        CompletionStage<ByteBuffer> call = one.calls.call(2, PeerOperation.FETCH, bytes("x"), LONG_MS);
        // when
        BarnabasException lost = failure(one.calls.call(2, PeerOperation.NEWS, endlessPoll(), 1));
        // then
        assertThat(lost.code()).isIn(ErrorCode.OUTCOME_UNKNOWN, ErrorCode.PEER_UNREACHABLE);
        late.completeOnTimeout(bytes("late"), PeerFixture.SETTINGS.newsSilenceMs(), TimeUnit.MILLISECONDS);
        assertThat(call.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join())
                .isEqualTo(bytes("late"));
        assertThat(one.calls.silentMs(2)).isZero();
    }

    private static ByteBuffer endlessPoll() {
        return new NewsAnswer.Question(0, 0).encode();
    }

    @Test
    void isAskedAnewWhenItComesBackIntoTheCluster() {
        // given
        link.swallow();
        await().atMost(SOON).until(() -> one.calls.silentMs(2) > 0);
        // when
        nodes.forget(two);
        // then
        assertThat(one.calls.silentMs(2)).isZero();
        nodes.crash(two);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    private static BarnabasException failure(CompletionStage<?> stage) {
        try {
            stage.toCompletableFuture().copy().orTimeout(20, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            return BarnabasException.of(e);
        }
        throw new AssertionError("it did not fail");
    }
}
