package io.barnabas.broker.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.barnabas.broker.peer.NewsAnswer.Question;
import io.barnabas.broker.peer.PeerNews.Subject;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LongPollNewsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final PeerFixture nodes = new PeerFixture();
    private final PeerFixture.Member one = nodes.join(1);
    private final PeerFixture.Member two = nodes.join(2);

    @AfterEach
    void close() {
        nodes.close();
    }

    @Test
    void deliversEachMessageOnceAndInOrder() {
        // given
        long session = sessionFromOneToTwo();
        List<String> expected = new ArrayList<>(List.of("opened 1"));
        // when
        for (int message = 0; message < 80; message++) {
            one.news.tell(2, session, Subject.GROUP, bytes("m" + message));
            expected.add("news 1 m" + message);
        }
        // then
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(two.heard.events()).isEqualTo(expected));
    }

    @Test
    void deliversWithoutWaitingForThePollToEnd() {
        // given
        long session = sessionFromOneToTwo();
        awaitHeard("opened 1");
        long begun = System.nanoTime();
        // when
        for (int message = 0; message < 20; message++) {
            one.news.tell(2, session, Subject.GROUP, bytes("m" + message));
            awaitHeard("news 1 m" + message);
        }
        // then
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .as("twenty messages in sequence, each of which a timer would hold back for up to 300 ms")
                .isLessThan(Duration.ofMillis(20L * PeerFixture.SETTINGS.newsPollMs() / 2));
    }

    @Test
    void dropsNewsOfASessionThatIsOver() {
        // given
        long session = sessionFromOneToTwo();
        // when
        one.news.tell(2, session + 50, Subject.GROUP, bytes("stale"));
        one.news.tell(2, session, Subject.GROUP, bytes("fresh"));
        // then
        awaitHeard("news 1 fresh");
        assertThat(two.heard.events()).doesNotContain("news 1 stale");
    }

    @Test
    void breaksAndOpensAnewWhenTheMailboxOverflows() {
        // given
        long session = sessionFromOneToTwo();
        awaitHeard("opened 1");
        // when
        for (int message = 0; message <= PeerFixture.SETTINGS.maxNews(); message++) {
            one.news.tell(2, session, Subject.GROUP, ByteBuffer.allocate(1_000));
        }
        // then
        awaitHeard("broken 1");
        await().atMost(TIMEOUT).until(() -> one.heard.sessionOf(2) != null && one.heard.sessionOf(2) != session);
        one.news.tell(2, one.heard.sessionOf(2), Subject.GROUP, bytes("again"));
        awaitHeard("news 1 again");
    }

    @Test
    void breaksAndEndsWhenANodeLeavesTheView() {
        // given
        sessionFromOneToTwo();
        await().atMost(TIMEOUT).until(() -> one.heard.events().contains("opened 2"));
        // when
        nodes.lose(two);
        // then
        await().atMost(TIMEOUT).until(() -> one.heard.events().contains("broken 2"));
        await().atMost(TIMEOUT).until(() -> one.heard.sessionOf(2) == null);
    }

    @Test
    void breaksAndEndsWhenANodeIsSilent() {
        // given
        sessionFromOneToTwo();
        await().atMost(TIMEOUT).until(() -> one.heard.events().contains("opened 2"));
        // when
        nodes.crash(two);
        // then
        await().atMost(TIMEOUT).until(() -> one.heard.events().contains("broken 2"));
        await().atMost(TIMEOUT).until(() -> one.heard.sessionOf(2) == null);
    }

    @Test
    void opensAnewWithANodeThatRestartedBeforeAnybodyNoticed() {
        // given
        long before = sessionFromOneToTwo();
        await().atMost(TIMEOUT).until(() -> one.heard.events().contains("opened 2"));
        nodes.crash(two);
        // when
        PeerFixture.Member again = nodes.join(2);
        // then
        await().atMost(TIMEOUT).until(() -> one.heard.sessionOf(2) != null && one.heard.sessionOf(2) != before);
        await().atMost(TIMEOUT).untilAsserted(() -> assertThat(one.heard.events())
                .containsSubsequence("opened 2", "broken 2", "opened 2"));
        one.news.tell(2, one.heard.sessionOf(2), Subject.GROUP, bytes("welcome"));
        await().atMost(TIMEOUT).until(() -> again.heard.events().contains("news 1 welcome"));
    }

    @Test
    void tellsAgainWhatAnAnswerLostAndNotWhatWasTaken() {
        // given: a third node, which asks by hand
        PeerFixture.Member three = nodes.joinDeaf(3);
        NewsAnswer begun = ask(three, new Question(0, 0));
        await().atMost(TIMEOUT)
                .until(() -> one.heard.sessionOf(3) != null && one.heard.sessionOf(3) == begun.session());
        one.news.tell(3, begun.session(), Subject.GROUP, bytes("a"));
        one.news.tell(3, begun.session(), Subject.GROUP, bytes("b"));
        // when
        NewsAnswer first = ask(three, new Question(begun.session(), 0));
        NewsAnswer repeated = ask(three, new Question(begun.session(), 0));
        one.news.tell(3, begun.session(), Subject.GROUP, bytes("c"));
        NewsAnswer next = ask(three, new Question(begun.session(), 2));
        // then
        assertThat(first.messages()).hasSize(2);
        assertThat(repeated).isEqualTo(first);
        assertThat(next.firstNumber()).isEqualTo(3);
        assertThat(next.messages()).hasSize(1);
        assertThat(ask(three, new Question(begun.session() + 1, 0)).session())
                .as("a session that is not known")
                .isZero();
    }

    private static NewsAnswer ask(PeerFixture.Member asking, Question question) {
        return NewsAnswer.decode(asking.calls
                .call(1, PeerOperation.NEWS, question.encode(), 5_000)
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join());
    }

    private long sessionFromOneToTwo() {
        await().atMost(TIMEOUT).until(() -> one.heard.sessionOf(2) != null);
        return one.heard.sessionOf(2);
    }

    private void awaitHeard(String event) {
        await().pollInterval(Duration.ofMillis(1))
                .pollDelay(Duration.ZERO)
                .atMost(TIMEOUT)
                .until(() -> two.heard.events().contains(event));
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }
}
