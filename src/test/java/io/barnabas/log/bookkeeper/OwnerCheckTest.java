package io.barnabas.log.bookkeeper;

import static io.barnabas.log.bookkeeper.Stages.codeOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class OwnerCheckTest {
    private final List<CompletableFuture<Void>> questions = new ArrayList<>();
    private final OwnerCheck check = new OwnerCheck(() -> {
        CompletableFuture<Void> question = new CompletableFuture<>();
        questions.add(question);
        return question;
    });

    @Test
    void asksOnceMoreForAllWhoComeWhileItAsks() {
        // given
        CompletableFuture<Void> first = check.confirmed();
        CompletableFuture<Void> second = check.confirmed();
        CompletableFuture<Void> third = check.confirmed();
        assertThat(questions).hasSize(1);
        // when
        questions.get(0).complete(null);
        // then
        assertThat(first).isCompleted();
        assertThat(second).isNotDone();
        assertThat(questions).hasSize(2);
        questions.get(1).complete(null);
        assertThat(second).isCompleted();
        assertThat(third).isCompleted();
        assertThat(questions).hasSize(2);
    }

    @Test
    void asksAnewAfterAnAnswer() {
        // given
        CompletableFuture<Void> before = check.confirmed();
        questions.get(0).complete(null);
        // when
        CompletableFuture<Void> after = check.confirmed();
        // then
        assertThat(before).isCompleted();
        questions.get(1).completeExceptionally(new BarnabasException(ErrorCode.NOT_OWNER, "another has it"));
        assertThat(codeOf(after)).isEqualTo(ErrorCode.NOT_OWNER);
    }
}
