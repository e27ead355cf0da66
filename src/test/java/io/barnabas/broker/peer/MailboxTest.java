package io.barnabas.broker.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.broker.peer.PeerNews.Subject;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class MailboxTest {
    private static final long SESSION = 5;
    private static final int PLENTY = 1 << 20;

    private final Mailbox mailbox = new Mailbox(4, 1_000);

    @Test
    void tellsMessagesInOrderUntilTheyAreTaken() {
        // given
        mailbox.add(Subject.GROUP, bytes("one"));
        mailbox.add(Subject.GROUP, bytes("two"));
        // when
        List<String> first = told();
        List<String> again = told();
        mailbox.taken(1);
        List<String> afterOne = told();
        mailbox.taken(2);
        // then
        assertThat(first).containsExactly("1 one", "2 two");
        assertThat(again).as("a lost answer is told again").isEqualTo(first);
        assertThat(afterOne).containsExactly("2 two");
        assertThat(mailbox.next(SESSION, PLENTY)).isEmpty();
    }

    @Test
    void replacesWhatHasNotBeenToldOfTheSameSubjectAndKey() {
        // given
        mailbox.addLatest(Subject.HIGH_WATERMARK, 7, bytes("at 10"));
        mailbox.addLatest(Subject.HIGH_WATERMARK, 8, bytes("other"));
        // when
        mailbox.addLatest(Subject.HIGH_WATERMARK, 7, bytes("at 11"));
        // then
        assertThat(told()).containsExactly("1 at 11", "2 other");
    }

    @Test
    void keepsWhatWasToldAndAddsTheLaterOneBehindIt() {
        // given
        mailbox.addLatest(Subject.HIGH_WATERMARK, 7, bytes("at 10"));
        told();
        // when
        mailbox.addLatest(Subject.HIGH_WATERMARK, 7, bytes("at 11"));
        // then
        assertThat(told()).containsExactly("1 at 10", "2 at 11");
    }

    @Test
    void isFullForGoodBeyondItsNumberOfMessages() {
        // given
        for (int message = 0; message < 4; message++) {
            assertThat(mailbox.add(Subject.GROUP, bytes("x"))).isTrue();
        }
        // when
        boolean taken = mailbox.add(Subject.GROUP, bytes("x"));
        mailbox.taken(4);
        // then
        assertThat(taken).isFalse();
        assertThat(mailbox.add(Subject.GROUP, bytes("x")))
                .as("a gap must not be followed by a message")
                .isFalse();
        assertThat(mailbox.addLatest(Subject.HIGH_WATERMARK, 1, bytes("x"))).isFalse();
    }

    @Test
    void isFullBeyondItsBytes() {
        assertThat(mailbox.add(Subject.GROUP, ByteBuffer.allocate(900))).isTrue();
        assertThat(mailbox.add(Subject.GROUP, ByteBuffer.allocate(100))).isFalse();
    }

    @Test
    void tellsOneMessageAtLeastAndNoMoreThanFits() {
        // given
        mailbox.add(Subject.GROUP, bytes("long enough to fill an answer"));
        mailbox.add(Subject.GROUP, bytes("second"));
        // when
        NewsAnswer answer = mailbox.next(SESSION, 1).orElseThrow();
        // then
        assertThat(answer.messages()).hasSize(1);
    }

    @Test
    void survivesTheWire() {
        // given
        mailbox.add(Subject.GROUP, bytes("one"));
        mailbox.add(Subject.HIGH_WATERMARK, bytes("two"));
        NewsAnswer answer = mailbox.next(SESSION, PLENTY).orElseThrow();
        // when
        NewsAnswer decoded = NewsAnswer.decode(answer.encode());
        // then
        assertThat(decoded).isEqualTo(answer);
    }

    private List<String> told() {
        NewsAnswer answer = mailbox.next(SESSION, PLENTY).orElseThrow();
        List<String> told = new java.util.ArrayList<>();
        for (int place = 0; place < answer.messages().size(); place++) {
            ByteBuffer message = answer.messages().get(place).message().duplicate();
            told.add(answer.firstNumber() + place + " " + UTF_8.decode(message));
        }
        return told;
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }
}
