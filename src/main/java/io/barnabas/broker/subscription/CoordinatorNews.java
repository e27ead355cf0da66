package io.barnabas.broker.subscription;

import static java.util.Objects.requireNonNull;

import io.barnabas.group.GroupCoordinator.Assignment;
import io.barnabas.group.GroupCoordinator.MemberListener;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/**
 * What the coordinator has told a member: taken up in the member's turns, in order, one thing at a time. While the member
 * is not in its group, or is still taking something up, the rest waits.
 *
 * <p>The coordinator's calls come from its own threads and only queue; all else is confined to the member's turns.
 */
final class CoordinatorNews {
    private final Executor turns;
    private final BooleanSupplier inGroup;
    private final Deque<Runnable> told = new ArrayDeque<>();
    private boolean held;

    /** @param inGroup whether the member takes news up at all now */
    CoordinatorNews(Executor turns, BooleanSupplier inGroup) {
        this.turns = requireNonNull(turns, "turns");
        this.inGroup = requireNonNull(inGroup, "inGroup");
    }

    /** Listens for one join; the member hears it in its turns. */
    MemberListener of(MemberListener member) {
        return new MemberListener() {
            @Override
            public void assigned(Assignment assignment) {
                tell(() -> member.assigned(assignment));
            }

            @Override
            public void revoked(int generation, Set<TopicPartition> partitions) {
                tell(() -> member.revoked(generation, partitions));
            }

            @Override
            public void removed(ErrorCode code, String reason) {
                tell(() -> member.removed(code, reason));
            }
        };
    }

    private void tell(Runnable news) {
        turns.execute(() -> {
            told.add(news);
            takeUp();
        });
    }

    /** Takes up what may be taken up now. */
    void takeUp() {
        while (inGroup.getAsBoolean() && !held && !told.isEmpty()) {
            told.remove().run();
        }
    }

    /** Whether the member is still taking something up. */
    boolean held() {
        return held;
    }

    /** What was told last takes longer than this turn. */
    void hold() {
        held = true;
    }

    /** It is taken up; what waits is not touched before {@link #takeUp}. */
    void release() {
        held = false;
    }
}
