package io.barnabas.testing.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.testing.history.Event.Promise;
import io.barnabas.testing.history.FaultyTopic.Fault;
import io.barnabas.testing.history.Verdict.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checker against topics that keep their promises and topics that break one. */
class HistoryCheckerTest {
    @Property(tries = 300)
    void findsNothingInATopicThatKeepsItsPromises(@ForAll long seed) {
        // when
        Verdict verdict = new FaultyTopic(Fault.NONE, seed).run().verdict();
        // then
        assertThat(verdict.lines()).isEmpty();
        assertThat(verdict.sound()).isTrue();
    }

    @Property(tries = 2_000)
    void findsEachPlantedFaultByItsName(@ForAll Fault fault, @ForAll long seed) {
        if (fault == Fault.NONE) {
            return;
        }
        // when
        Verdict verdict = new FaultyTopic(fault, seed).run().verdict();
        // then
        assertThat(verdict.count(fault.kind))
                .as(fault + " is called " + verdict)
                .isPositive();
    }

    @Test
    void wantsOnlyWhatWasAcknowledgedBeforeAReadingBegan() {
        // given
        History history = new History();
        ProducerRecorder producer = history.producer("p", Promise.AT_LEAST_ONCE);
        ReaderRecorder reader = history.reader("r");
        producer.sending("a");
        producer.sending("b");
        producer.acknowledged("a", 0, 0);
        reader.began(0, 0);
        producer.acknowledged("b", 0, 1);
        reader.read(0, 0, "a");
        // when
        reader.ended(0, 1);
        // then
        assertThat(history.verdict().sound()).isTrue();
    }

    @Test
    void namesTheRecordThatIsLostAndWhereItShouldBe() {
        // given
        History history = new History();
        ProducerRecorder producer = history.producer("p", Promise.EXACTLY_ONCE);
        producer.sending("a");
        producer.acknowledged("a", 3, 0);
        ReaderRecorder reader = history.reader("after the kill");
        reader.began(3, 0);
        // when
        reader.ended(3, 0);
        // then
        assertThat(history.verdict().lines())
                .containsExactly("LOST 1: a acknowledged as 3@0, not read by after the kill");
    }

    @Test
    void findsTheSecondCopyOfARecordThatWasSentOnce() {
        // given
        History history = new History();
        history.producer("p", Promise.AT_LEAST_ONCE).sending("a");
        ReaderRecorder reader = history.reader("r");
        reader.began(0, 5);
        reader.read(0, 5, "a");
        // when
        reader.read(0, 6, "a");
        // then
        assertThat(history.verdict().count(Kind.DUPLICATE)).isEqualTo(1);
    }

    @Test
    void refusesAHistoryThatIsRecordedInTheWrongOrder() {
        // given
        History history = new History();
        // when
        history.producer("p", Promise.AT_LEAST_ONCE).acknowledged("a", 0, 0);
        // then
        assertThatThrownBy(history::verdict).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void writesOneEventALine(@TempDir Path folder) throws Exception {
        // given
        History history = new FaultyTopic(Fault.NONE, 1).run();
        Path file = folder.resolve("history");
        // when
        history.writeTo(file);
        // then
        assertThat(Files.readAllLines(file)).hasSameSizeAs(history.events());
    }
}
