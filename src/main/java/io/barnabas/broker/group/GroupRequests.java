package io.barnabas.broker.group;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.peer.PeerHandler;
import io.barnabas.group.GroupCoordinator.Committer;
import io.barnabas.group.JournaledGroupCoordinator;
import io.barnabas.record.BarnabasException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Answers what other nodes ask of groups, with the coordinator of this node alone: what it does not own it refuses with
 * {@code NOT_OWNER}. Thread-safe.
 */
public final class GroupRequests implements PeerHandler {
    private final JournaledGroupCoordinator coordinator;
    private final Distants distants;

    GroupRequests(JournaledGroupCoordinator coordinator, Distants distants) {
        this.coordinator = requireNonNull(coordinator, "coordinator");
        this.distants = requireNonNull(distants, "distants");
    }

    @Override
    public CompletionStage<ByteBuffer> handle(int fromNode, ByteBuffer body) {
        try {
            return answer(fromNode, GroupCallFormat.decode(body));
        } catch (BarnabasException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletionStage<ByteBuffer> answer(int fromNode, GroupCall call) {
        if (call instanceof GroupCall.Join join) {
            return join(fromNode, join);
        } else if (call instanceof GroupCall.Released released) {
            return nothing(coordinator.released(released.group(), released.memberId(), released.partitions()));
        } else if (call instanceof GroupCall.Heartbeat beat) {
            distants.require(fromNode, beat.number(), beat.group(), beat.memberId());
            return nothing(coordinator.heartbeat(beat.group(), beat.memberId()));
        } else if (call instanceof GroupCall.Leave leave) {
            distants.forget(leave.group(), leave.memberId());
            return nothing(coordinator.leave(leave.group(), leave.memberId()));
        } else if (call instanceof GroupCall.Commit commit) {
            return commit(fromNode, commit);
        } else if (call instanceof GroupCall.AnonymousCommit commit) {
            return nothing(coordinator.commit(commit.group(), new Committer.Anonymous(), commit.offsets()));
        } else if (call instanceof GroupCall.Committed committed) {
            return coordinator
                    .committed(committed.group(), committed.partitions())
                    .thenApply(GroupAnswers::offsets);
        } else if (call instanceof GroupCall.Describe describe) {
            return coordinator.describe(describe.group()).thenApply(GroupAnswers::description);
        } else if (call instanceof GroupCall.Reset reset) {
            return nothing(coordinator.resetOffsets(reset.group(), reset.offsets()));
        } else if (call instanceof GroupCall.Delete delete) {
            return nothing(coordinator.delete(delete.group()));
        } else if (call instanceof GroupCall.List list) {
            return coordinator.list(list.journalPartitions()).thenApply(GroupAnswers::summaries);
        }
        throw new IllegalStateException("nobody answers " + call.getClass());
    }

    private CompletionStage<ByteBuffer> join(int fromNode, GroupCall.Join join) {
        Distant distant = distants.enter(fromNode, join);
        return coordinator
                .join(join.group(), join.request(), distants.home(fromNode), distant)
                .whenComplete((joined, failure) -> {
                    if (failure != null) {
                        distants.forget(distant);
                    }
                })
                .thenApply(GroupAnswers::joined);
    }

    private CompletionStage<ByteBuffer> commit(int fromNode, GroupCall.Commit commit) {
        Distant distant = distants.require(fromNode, commit.number(), commit.group(), commit.memberId());
        Committer committer = new Committer.Member(commit.memberId(), commit.generation());
        return nothing(distant.commit(
                commit.sequence(), () -> coordinator.commit(commit.group(), committer, commit.offsets())));
    }

    private static CompletionStage<ByteBuffer> nothing(CompletionStage<Void> done) {
        return done.thenApply(nothing -> GroupAnswers.nothing());
    }
}
