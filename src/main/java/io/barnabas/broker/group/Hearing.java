package io.barnabas.broker.group;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.group.GroupNews.What;
import io.barnabas.group.GroupCoordinator.Assignment;
import io.barnabas.group.GroupCoordinator.MemberListener;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * What a member hears since one of its joins, from whichever node coordinates it then: in order, nothing before the join
 * has been answered and nothing after it was removed. May be told from any thread.
 *
 * <pre>
 *   early --open()--&gt; open --removed, silence()--&gt; over
 *     `----------------silence()--------------------^
 * </pre>
 */
final class Hearing implements MemberListener {
    private final long number;
    private final MemberListener listener;
    private final Executor turns;
    private final Consumer<ErrorCode> whenRemoved;

    /** Touched in turns only, as the two below. */
    private final Deque<What> early = new ArrayDeque<>();

    private boolean open;
    private boolean over;

    /**
     * Not open yet.
     *
     * @param turns run one at a time, in order
     * @param whenRemoved hears of the removal before the listener does
     */
    Hearing(long number, MemberListener listener, Executor turns, Consumer<ErrorCode> whenRemoved) {
        this.number = number;
        this.listener = requireNonNull(listener, "listener");
        this.turns = requireNonNull(turns, "turns");
        this.whenRemoved = requireNonNull(whenRemoved, "whenRemoved");
    }

    /** Of the join; never repeats on this node. */
    long number() {
        return number;
    }

    /** The join has been answered. */
    void open() {
        turns.execute(() -> {
            open = true;
            while (!early.isEmpty()) {
                pass(early.remove());
            }
        });
    }

    /** Nothing more is to be heard. */
    void silence() {
        turns.execute(() -> {
            over = true;
            early.clear();
        });
    }

    void tell(What what) {
        turns.execute(() -> {
            if (open) {
                pass(what);
            } else {
                early.add(what);
            }
        });
    }

    private void pass(What what) {
        if (over) {
            return;
        }
        if (what instanceof What.Removed removed) {
            over = true;
            whenRemoved.accept(removed.code());
        }
        what.tell(listener);
    }

    @Override
    public void assigned(Assignment assignment) {
        tell(new What.Assigned(assignment));
    }

    @Override
    public void revoked(int generation, Set<TopicPartition> partitions) {
        tell(new What.Revoked(generation, partitions));
    }

    @Override
    public void removed(ErrorCode code, String reason) {
        tell(new What.Removed(code, reason));
    }
}
