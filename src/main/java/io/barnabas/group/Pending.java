package io.barnabas.group;

import io.barnabas.group.Outcome.Generation;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.List;
import java.util.function.Consumer;

/** What waits for the journal before anybody may see it. Confined to the shard's queue. */
final class Pending {
    private final Runnable answer;
    private final Consumer<Throwable> failed;
    private final List<Notice> notices;
    private final List<Generation> generations;
    private boolean durable = true;

    private Pending(Runnable answer, Consumer<Throwable> failed, List<Notice> notices, List<Generation> generations) {
        this.answer = answer;
        this.failed = failed;
        this.notices = notices;
        this.generations = generations;
    }

    static <R> Pending of(Outcome<R> outcome, Consumer<R> answer, Consumer<Throwable> failed) {
        return new Pending(() -> answer.accept(outcome.reply()), failed, outcome.notices(), outcome.generations());
    }

    /** An event that changed nothing and is answered with an error in any case. */
    static Pending refused(Runnable refuse) {
        return new Pending(refuse, failure -> refuse.run(), List.of(), List.of());
    }

    void writing() {
        durable = false;
    }

    void written() {
        durable = true;
    }

    boolean durable() {
        return durable;
    }

    void answer() {
        answer.run();
    }

    void fail(Throwable cause) {
        failed.accept(cause);
    }

    /**
     * The shard goes while this waits. What was being written may be in the journal or not, which whoever reads it next
     * finds out; what was not written has certainly not happened.
     */
    void abandon(BarnabasException cause) {
        failed.accept(
                durable
                        ? cause
                        : new BarnabasException(
                                ErrorCode.OUTCOME_UNKNOWN,
                                "it was being written when the node stopped to coordinate the group: "
                                        + cause.getMessage()));
    }

    List<Notice> notices() {
        return notices;
    }

    List<Generation> generations() {
        return generations;
    }
}
