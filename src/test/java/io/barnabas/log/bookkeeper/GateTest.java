package io.barnabas.log.bookkeeper;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** So much work at once and no more. */
class GateTest {
    private final Gate gate = new Gate(2);
    private final List<CompletableFuture<String>> begun = new ArrayList<>();

    @Test
    void beginsNoMoreThanFits() {
        // when
        List<CompletableFuture<String>> answers = List.of(pass(), pass(), pass());
        // then
        assertThat(begun).hasSize(2);
        assertThat(answers).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void beginsTheNextWhenOneIsDoneOrHasFailed() {
        // given
        List<CompletableFuture<String>> answers = List.of(pass(), pass(), pass(), pass());
        // when
        begun.get(0).complete("first");
        begun.get(1).completeExceptionally(new IllegalStateException("second"));
        // then
        assertThat(begun).hasSize(4);
        assertThat(answers.get(0)).isCompletedWithValue("first");
        assertThat(answers.get(1)).isCompletedExceptionally();
        begun.get(3).complete("fourth");
        assertThat(answers.get(3)).isCompletedWithValue("fourth");
        assertThat(answers.get(2)).isNotDone();
    }

    @Test
    void goesOnAfterWorkThatCouldNotBegin() {
        // when
        CompletableFuture<String> refused = gate.pass(() -> {
            throw new IllegalStateException("no client");
        });
        // then
        assertThat(refused).isCompletedExceptionally();
        assertThat(List.of(pass(), pass())).noneMatch(CompletableFuture::isDone);
        assertThat(begun).hasSize(2);
    }

    private CompletableFuture<String> pass() {
        return gate.pass(() -> {
            CompletableFuture<String> work = new CompletableFuture<>();
            begun.add(work);
            return work;
        });
    }
}
