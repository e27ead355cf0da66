package io.barnabas.broker.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpPeerCallsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int PLENTY_MS = 5_000;

    private final PeerFixture nodes = new PeerFixture();
    private final PeerFixture.Member one = nodes.join(1);

    @AfterEach
    void close() {
        nodes.close();
    }

    @Test
    void bringsBodyThereAndAnswerBack() {
        // given
        PeerFixture.Member two = nodes.join(2);
        two.desk.register(
                PeerOperation.APPEND,
                (from, body) -> CompletableFuture.completedFuture(bytes("from " + from + ": " + UTF_8.decode(body))));
        // when
        String answer = text(one.calls.call(2, PeerOperation.APPEND, bytes("hello"), PLENTY_MS));
        // then
        assertThat(answer).isEqualTo("from 1: hello");
        assertThat(one.forwarded).containsExactly(PeerOperation.APPEND);
    }

    @Test
    void bringsLargeBodiesByteForByteAndLeavesTheGivenBufferAlone() {
        // given
        PeerFixture.Member two = nodes.join(2);
        two.desk.register(PeerOperation.APPEND, (from, body) -> CompletableFuture.completedFuture(body));
        byte[] large = new byte[900_001];
        new java.util.Random(3).nextBytes(large);
        ByteBuffer body = ByteBuffer.wrap(large, 1, large.length - 1);
        // when
        ByteBuffer answer = join(one.calls.call(2, PeerOperation.APPEND, body, PLENTY_MS));
        // then
        assertThat(answer).isEqualTo(body);
        assertThat(body.position()).isEqualTo(1);
    }

    @Test
    void bringsAFailureBackWithCodeAndMessage() {
        // given
        PeerFixture.Member two = nodes.join(2);
        two.desk.register(PeerOperation.FETCH, (from, body) -> {
            throw new BarnabasException(ErrorCode.OFFSET_OUT_OF_RANGE, "offset 7 – too far");
        });
        // when
        BarnabasException failure = failure(one.calls.call(2, PeerOperation.FETCH, bytes("x"), PLENTY_MS));
        // then
        assertThat(failure.code()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
        assertThat(failure).hasMessage("offset 7 – too far");
    }

    @Test
    void failsAsUnreachableWhenTheNodeIsNotInTheView() {
        assertThat(failure(one.calls.call(9, PeerOperation.FETCH, bytes("x"), PLENTY_MS))
                        .code())
                .isEqualTo(ErrorCode.PEER_UNREACHABLE);
    }

    @Test
    void failsAsUnreachableWhenTheNodeRefusesTheConnection() {
        // given
        PeerFixture.Member two = nodes.join(2);
        nodes.crash(two);
        // when
        BarnabasException failure = failure(one.calls.call(2, PeerOperation.APPEND, bytes("x"), PLENTY_MS));
        // then
        assertThat(failure.code()).isEqualTo(ErrorCode.PEER_UNREACHABLE);
    }

    @Test
    void failsAsUnknownWhenTheConnectionBreaksAfterTheCallWasSent() {
        // given
        PeerFixture.Member two = nodes.join(2);
        AtomicInteger begun = new AtomicInteger();
        two.desk.register(PeerOperation.APPEND, (from, body) -> {
            begun.incrementAndGet();
            return new CompletableFuture<>();
        });
        CompletionStage<ByteBuffer> call = one.calls.call(2, PeerOperation.APPEND, bytes("x"), PLENTY_MS);
        await().atMost(TIMEOUT).until(() -> begun.get() == 1);
        // when
        nodes.crash(two);
        // then
        assertThat(failure(call).code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
    }

    @Test
    void failsAsUnknownWhenTheAnswerDoesNotComeInTime() {
        // given
        PeerFixture.Member two = nodes.join(2);
        two.desk.register(PeerOperation.APPEND, (from, body) -> new CompletableFuture<>());
        // when
        BarnabasException failure = failure(one.calls.call(2, PeerOperation.APPEND, bytes("x"), 100));
        // then
        assertThat(failure.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(failure).hasMessageContaining("within 100 ms");
    }

    @Test
    void isGivenUpWhenTheNodeLeavesTheClusterWithoutAnAnswer() {
        // given
        PeerFixture.Member two = nodes.join(2);
        AtomicInteger begun = new AtomicInteger();
        two.desk.register(PeerOperation.APPEND, (from, body) -> {
            begun.incrementAndGet();
            return new CompletableFuture<>();
        });
        CompletionStage<ByteBuffer> call = one.calls.call(2, PeerOperation.APPEND, bytes("x"), 600_000);
        await().atMost(TIMEOUT).until(() -> begun.get() == 1);
        // when
        nodes.forget(two);
        // then
        BarnabasException failure = failure(call);
        assertThat(failure.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(failure).hasMessageContaining("left the cluster");
        nodes.crash(two);
    }

    @Test
    void isRefusedWithAnotherSecret() {
        // given
        PeerFixture.Member two = nodes.join(2);
        two.desk.register(PeerOperation.FETCH, (from, body) -> CompletableFuture.completedFuture(body));
        PeerFixture.Member stranger = nodes.join(3, "another secret");
        // when
        BarnabasException failure = failure(stranger.calls.call(2, PeerOperation.FETCH, bytes("x"), PLENTY_MS));
        // then
        assertThat(failure.code()).isEqualTo(ErrorCode.PEER_UNREACHABLE);
        assertThat(failure).hasMessageContaining("403");
    }

    @Test
    void refusesCallsBeyondItsLimitAndTakesThemAgainWhenOneIsAnswered() {
        // given
        PeerFixture.Member two = nodes.join(2);
        List<CompletableFuture<ByteBuffer>> waiting = new java.util.concurrent.CopyOnWriteArrayList<>();
        two.desk.register(PeerOperation.FETCH, (from, body) -> {
            CompletableFuture<ByteBuffer> answer = new CompletableFuture<>();
            waiting.add(answer);
            return answer;
        });
        List<CompletionStage<ByteBuffer>> calls = new ArrayList<>();
        for (int call = 0; call < PeerFixture.SETTINGS.maxCallsPerNode(); call++) {
            calls.add(one.calls.call(2, PeerOperation.FETCH, bytes("x"), PLENTY_MS));
        }
        // when
        BarnabasException refused = failure(one.calls.call(2, PeerOperation.FETCH, bytes("x"), PLENTY_MS));
        // then
        assertThat(refused.code()).isEqualTo(ErrorCode.OVERLOADED);
        await().atMost(TIMEOUT).until(() -> waiting.size() == calls.size());
        waiting.forEach(answer -> answer.complete(bytes("done")));
        calls.forEach(HttpPeerCallsTest::join);
        CompletionStage<ByteBuffer> next = one.calls.call(2, PeerOperation.FETCH, bytes("x"), PLENTY_MS);
        await().atMost(TIMEOUT).until(() -> waiting.size() == calls.size() + 1);
        waiting.get(calls.size()).complete(bytes("done"));
        assertThat(text(next)).isEqualTo("done");
    }

    @Test
    void failsWhenTheAnswerIsTooLarge() {
        // given
        PeerFixture.Member two = nodes.join(2);
        two.desk.register(
                PeerOperation.FETCH,
                (from, body) -> CompletableFuture.completedFuture(
                        ByteBuffer.allocate(PeerFixture.SETTINGS.maxBodyBytes() + 1)));
        // when
        BarnabasException failure = failure(one.calls.call(2, PeerOperation.FETCH, bytes("x"), PLENTY_MS));
        // then
        assertThat(failure).hasMessageContaining("larger than");
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    private static String text(CompletionStage<ByteBuffer> answer) {
        return UTF_8.decode(join(answer)).toString();
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(10, java.util.concurrent.TimeUnit.SECONDS)
                .join();
    }

    private static BarnabasException failure(CompletionStage<?> stage) {
        try {
            join(stage);
        } catch (CompletionException e) {
            return BarnabasException.of(e);
        }
        throw new AssertionError("it did not fail");
    }
}
