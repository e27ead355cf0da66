package io.barnabas.broker.group;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.group.GroupNews.What;
import io.barnabas.broker.subscription.SerialExecutor;
import io.barnabas.group.GroupCoordinator.MemberListener;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * A member that lives on this node, wherever its coordinator is.
 *
 * <pre>
 *   Apart --a join is tried--&gt; Joining --answered--&gt; Tied --removed, news broke, coordinator moved--&gt; Apart
 *     ^                           '----news broke, coordinator moved, another try--------------------^
 * </pre>
 *
 * <p>Its commits leave one after the other: between nodes nothing else keeps two of them in order, and an older one that
 * comes later would take the group back. Thread-safe.
 */
final class Resident {
    private final String group;
    private final String memberId;
    private final Executor turns;

    /** Guarded by this object, as the fields below; held for a few instructions, never while anybody else is called. */
    private Tie tie = new Tie.Apart();

    private Hearing hearing;
    private final Deque<Runnable> line = new ArrayDeque<>();
    private boolean committing;
    private long lastSequence;

    /** @param notices what the member hears is told on it */
    Resident(String group, String memberId, Executor notices) {
        this.group = requireNonNull(group, "group");
        this.memberId = requireNonNull(memberId, "memberId");
        this.turns = new SerialExecutor(notices);
    }

    /** What ties a member to its coordinator. */
    sealed interface Tie {
        /** Nothing: it must join again. */
        record Apart() implements Tie {}

        /**
         * A join is on its way.
         *
         * @param session of the news from there; absent when the coordinator is on this node
         */
        record Joining(int nodeId, OptionalLong session) implements Tie {}

        /** The coordinator answered the join and tells the member what it decides. */
        record Tied(int nodeId, OptionalLong session, long number) implements Tie {}
    }

    String group() {
        return group;
    }

    String memberId() {
        return memberId;
    }

    synchronized Tie tie() {
        return tie;
    }

    /** A join begins, and whatever belongs to the one before is over. */
    Hearing hear(long number, MemberListener listener, Consumer<ErrorCode> whenRemoved) {
        Hearing next = new Hearing(number, listener, turns, code -> {
            part(number);
            whenRemoved.accept(code);
        });
        Hearing before;
        synchronized (this) {
            before = hearing;
            hearing = next;
            tie = new Tie.Apart();
        }
        if (before != null) {
            before.silence();
        }
        return next;
    }

    private synchronized void part(long number) {
        if (hearing.number() == number) {
            tie = new Tie.Apart();
        }
    }

    /** The join is tried at this node; {@code ILLEGAL_STATE} when another one has begun. */
    synchronized void joining(Hearing mine, int nodeId, OptionalLong session) {
        requireCurrent(mine);
        tie = new Tie.Joining(nodeId, session);
    }

    /** The join was answered by this node; {@code PEER_UNREACHABLE} when what is told from there was lost meanwhile. */
    synchronized void joined(Hearing mine, int nodeId, OptionalLong session) {
        requireCurrent(mine);
        if (!tie.equals(new Tie.Joining(nodeId, session))) {
            throw new BarnabasException(
                    ErrorCode.PEER_UNREACHABLE, "what node " + nodeId + " tells was lost while the member joined");
        }
        tie = new Tie.Tied(nodeId, session, mine.number());
    }

    private void requireCurrent(Hearing mine) {
        if (mine != hearing) {
            throw new BarnabasException(
                    ErrorCode.ILLEGAL_STATE, "member '" + memberId + "' of group '" + group + "' joined again");
        }
    }

    /** What that node tells is lost, or it is not the coordinator any more. */
    void lose(int nodeId, String reason) {
        Hearing told;
        synchronized (this) {
            if (tie instanceof Tie.Joining joining && joining.nodeId() == nodeId) {
                tie = new Tie.Apart();
                return;
            }
            if (!(tie instanceof Tie.Tied tied) || tied.nodeId() != nodeId) {
                return;
            }
            tie = new Tie.Apart();
            told = hearing;
        }
        told.tell(new What.Removed(ErrorCode.NOT_OWNER, reason));
    }

    /** What a node tells the member counts only when it belongs to its last join. */
    void news(GroupNews news) {
        Hearing told;
        synchronized (this) {
            told = hearing;
        }
        if (told != null && told.number() == news.number()) {
            told.tell(news.what());
        }
    }

    /** The member leaves: it hears nothing more. */
    void leave() {
        Hearing before;
        synchronized (this) {
            before = hearing;
            tie = new Tie.Apart();
        }
        if (before != null) {
            before.silence();
        }
    }

    /**
     * Starts the commit when those before it are done.
     *
     * @param commit takes its sequence, which rises
     * @return its outcome; {@code TOO_MANY} when too many wait
     */
    CompletionStage<Void> inLine(LongFunction<CompletionStage<Void>> commit, int maxWaiting) {
        CompletableFuture<Void> outcome = new CompletableFuture<>();
        long sequence;
        synchronized (this) {
            if (line.size() >= maxWaiting) {
                return CompletableFuture.failedFuture(new BarnabasException(
                        ErrorCode.TOO_MANY, "already " + maxWaiting + " commits of the member wait for each other"));
            }
            lastSequence++;
            sequence = lastSequence;
            if (committing) {
                line.add(() -> start(commit, sequence, outcome));
                return outcome;
            }
            committing = true;
        }
        start(commit, sequence, outcome);
        return outcome;
    }

    private void start(LongFunction<CompletionStage<Void>> commit, long sequence, CompletableFuture<Void> outcome) {
        commit.apply(sequence).whenComplete((done, failure) -> {
            if (failure == null) {
                outcome.complete(null);
            } else {
                outcome.completeExceptionally(BarnabasException.of(failure));
            }
            Runnable next;
            synchronized (this) {
                next = line.poll();
                committing = next != null;
            }
            if (next != null) {
                turns.execute(next);
            }
        });
    }
}
