package io.barnabas.broker.group;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.group.GroupNews.What;
import io.barnabas.broker.peer.PeerNews;
import io.barnabas.group.GroupCoordinator.Assignment;
import io.barnabas.group.GroupCoordinator.MemberListener;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A member that lives on another node, since one of its joins; tells it there what it hears here. Thread-safe. */
final class Distant implements MemberListener {
    private final int nodeId;
    private final GroupCall.Join join;
    private final PeerNews news;
    private final Consumer<Distant> whenRemoved;

    /** Of the last commit that was begun; guarded by this object. */
    private long lastSequence;

    Distant(int nodeId, GroupCall.Join join, PeerNews news, Consumer<Distant> whenRemoved) {
        this.nodeId = nodeId;
        this.join = requireNonNull(join, "join");
        this.news = requireNonNull(news, "news");
        this.whenRemoved = requireNonNull(whenRemoved, "whenRemoved");
    }

    int nodeId() {
        return nodeId;
    }

    String group() {
        return join.group();
    }

    String memberId() {
        return join.request().memberId().orElseThrow();
    }

    /** Of the news that the member is told through. */
    long session() {
        return join.session();
    }

    /** Whether the other one is of the same join, sent again. */
    boolean same(Distant other) {
        return is(other.nodeId, other.join.number()) && join.session() == other.join.session();
    }

    /** Whether this is the join that the node means. */
    boolean is(int fromNode, long number) {
        return nodeId == fromNode && join.number() == number;
    }

    /**
     * Begins a commit unless a later one was begun: that the node has given this one up, and it arrives all the same, must
     * not take the group back. The lock holds two commits apart until the coordinator has queued the first.
     */
    synchronized CompletionStage<Void> commit(long sequence, Supplier<CompletionStage<Void>> commit) {
        if (sequence < lastSequence) {
            return CompletableFuture.failedFuture(new BarnabasException(
                    ErrorCode.OUTCOME_UNKNOWN, "a later commit of member '" + memberId() + "' came before this one"));
        }
        lastSequence = sequence;
        return commit.get();
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
        whenRemoved.accept(this);
        tell(new What.Removed(code, reason));
    }

    private void tell(What what) {
        GroupNews message = new GroupNews(group(), memberId(), join.number(), what);
        news.tell(nodeId, join.session(), PeerNews.Subject.GROUP, message.encode());
    }
}
