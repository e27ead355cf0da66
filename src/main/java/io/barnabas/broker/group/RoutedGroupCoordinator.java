package io.barnabas.broker.group;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.group.CoordinatorRoute.Rule;
import io.barnabas.broker.group.Resident.Tie;
import io.barnabas.broker.peer.PeerHandler;
import io.barnabas.broker.peer.PeerNews;
import io.barnabas.broker.peer.PeerOperation;
import io.barnabas.cluster.Cluster;
import io.barnabas.cluster.ClusterView;
import io.barnabas.group.GroupCoordinator;
import io.barnabas.group.JournaledGroupCoordinator;
import io.barnabas.group.Timers;
import io.barnabas.log.PartitionLog;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Every group of the cluster, as if all of them were coordinated here: an operation goes to the node that owns the group's
 * journal partition, which may be this one. While that moves, loads or cannot be reached the operation waits and tries
 * again, within {@link RoutingSettings#waitMs}; what it fails with then is retriable.
 *
 * <p>What is sent again though it may have been executed:
 *
 * <ul>
 *   <li>a join: this node gives the member its id, so the second one is in place; when all fail, the member that may be
 *       there is made to leave;
 *   <li>a commit, under the sequence it had before: the coordinator refuses one that is older than the last;
 *   <li>what a member has released: what it was not asked for changes nothing;
 *   <li>a leave: that the member is not known then is success;
 *   <li>reading: describe, list, committed.
 * </ul>
 *
 * <p>Not so: setting offsets from outside and deleting, which may undo what came between ({@code OUTCOME_UNKNOWN}), and
 * heartbeats, of which another one comes.
 *
 * <p>A member hears {@code removed} with {@code NOT_OWNER} when its coordinator moved, or what that tells was lost; it
 * then joins again with its id. Consumer instances are journaled and looked up on this node alone: they work where their
 * group is coordinated. Thread-safe.
 */
public final class RoutedGroupCoordinator implements GroupCoordinator, Cluster.Listener {
    private final JournaledGroupCoordinator local;
    private final CoordinatorRoute route;
    private final Supplier<UUID> uuids;
    private final Residents residents;
    private final Distants distants;
    private final Scatter scatter;
    private final PeerHandler requests;

    /** Whether this node is out of the cluster; written by the cluster's event thread, read by members' turns. */
    private volatile boolean expelled;

    /** Called when this node loses a journal partition; written while the node starts. */
    private final List<IntConsumer> whenUnloaded = new CopyOnWriteArrayList<>();

    /** Called when the cluster has changed; written while the node starts. */
    private final List<Consumer<ClusterView>> whenViewChanged = new CopyOnWriteArrayList<>();

    /**
     * Stands in front of this node's coordinator; registers for the news of groups.
     *
     * @param notices runs what members are told
     * @param timers where waits for nodes end that are out of the cluster
     * @param uuids for member ids; must not repeat in the cluster
     */
    public RoutedGroupCoordinator(
            JournaledGroupCoordinator local,
            Supplier<ClusterView> view,
            CoordinatorRoute route,
            PeerNews news,
            Executor notices,
            Timers timers,
            LongSupplier nanoTime,
            Supplier<UUID> uuids) {
        this.local = requireNonNull(local, "local");
        this.route = requireNonNull(route, "route");
        this.uuids = requireNonNull(uuids, "uuids");
        this.residents = new Residents(notices, route::wake);
        this.distants = new Distants(
                local,
                news,
                view,
                (group, memberId) -> residents.find(group, memberId).isPresent(),
                route.settings(),
                timers,
                nanoTime);
        local.follow(distants);
        this.scatter = new Scatter(local, view, this::call);
        this.requests = new GroupRequests(local, distants);
        news.listen(PeerNews.Subject.GROUP, new GroupNewsListener(residents, distants));
    }

    /** Answers {@link PeerOperation#GROUP} for other nodes. */
    public PeerHandler requests() {
        return requests;
    }

    /** Hears, on the thread that unloads, of journal partitions whose groups are not coordinated here any more. */
    public void whenUnloaded(IntConsumer listener) {
        whenUnloaded.add(listener);
    }

    /** Hears of every change of the cluster, on its event thread, so it must return at once. */
    public void whenViewChanged(Consumer<ClusterView> listener) {
        whenViewChanged.add(listener);
    }

    /** Members that live on this node. */
    public int residentCount() {
        return residents.count();
    }

    /** Members of groups coordinated here that live on other nodes. */
    public int distantCount() {
        return distants.count();
    }

    /** Members that live here and have lost their coordinator will be taken for gone by the next one. */
    @Override
    public void sessionChanged(Cluster.Session session) {
        expelled = session == Cluster.Session.LOST;
    }

    @Override
    public boolean expelled() {
        return expelled;
    }

    @Override
    public void viewChanged(ClusterView now) {
        residents.viewChanged(now, route::coordinatorOf);
        distants.viewChanged();
        whenViewChanged.forEach(listener -> listener.accept(now));
        route.wake();
    }

    @Override
    public int journalPartition(String group) {
        return local.journalPartition(group);
    }

    @Override
    public CompletionStage<Void> load(int journalPartition, PartitionLog journal) {
        return local.load(journalPartition, journal).whenComplete((done, failure) -> route.wake());
    }

    @Override
    public void unload(int journalPartition) {
        local.unload(journalPartition);
        whenUnloaded.forEach(listener -> listener.accept(journalPartition));
    }

    @Override
    public CompletionStage<Joined> join(String group, JoinRequest request, MemberListener listener) {
        requireNonNull(listener, "listener");
        JoinRequest named =
                request.memberId().isPresent() ? request : request.named(request.clientId() + "-" + uuids.get());
        Resident resident = residents.enter(group, named.memberId().orElseThrow());
        Hearing hearing = resident.hear(residents.nextNumber(), listener, code -> {
            if (!GroupCoordinator.joinsAgain(code)) {
                residents.forget(resident);
            }
        });
        CompletableFuture<Joined> outcome = new CompletableFuture<>();
        route.run(Rule.REPEATABLE, unsure -> join(resident, hearing, named)).whenComplete((joined, failure) -> {
            if (failure == null) {
                outcome.complete(joined);
                hearing.open();
                route.wake(); // commits that waited for it
            } else {
                BarnabasException known = BarnabasException.of(failure);
                refused(resident, named, known);
                outcome.completeExceptionally(known);
            }
        });
        return outcome;
    }

    private CompletionStage<Joined> join(Resident resident, Hearing hearing, JoinRequest request) {
        int coordinator = route.require(resident.group());
        OptionalLong session = route.here(coordinator) ? OptionalLong.empty() : OptionalLong.of(session(coordinator));
        resident.joining(hearing, coordinator, session);
        CompletionStage<Joined> joined = session.isEmpty()
                ? local.join(resident.group(), request, distants.home(coordinator), hearing)
                : call(
                                coordinator,
                                new GroupCall.Join(session.getAsLong(), hearing.number(), resident.group(), request))
                        .thenApply(GroupAnswers::joined);
        return joined.thenApply(answer -> {
            resident.joined(hearing, coordinator, session);
            return answer;
        });
    }

    private void refused(Resident resident, JoinRequest request, BarnabasException failure) {
        if (request.mayBeNew() || !failure.code().retriable()) {
            residents.forget(resident);
        }
        if (request.mayBeNew() && failure.code() == ErrorCode.OUTCOME_UNKNOWN) {
            leave(resident.group(), resident.memberId()); // else its session runs out
        }
    }

    private long session(int coordinator) {
        return residents
                .session(coordinator)
                .orElseThrow(() -> new BarnabasException(
                        ErrorCode.PEER_UNREACHABLE, "node " + coordinator + " cannot tell members anything yet"));
    }

    @Override
    public CompletionStage<Void> released(String group, String memberId, Set<TopicPartition> partitions) {
        return ask(
                Rule.REPEATABLE,
                group,
                () -> local.released(group, memberId, partitions),
                new GroupCall.Released(group, memberId, partitions),
                GroupAnswers::nothing);
    }

    @Override
    public CompletionStage<Void> heartbeat(String group, String memberId) {
        Resident resident = residents.find(group, memberId).orElse(null);
        if (resident == null || !(resident.tie() instanceof Tie.Tied tied)) {
            return failed(ErrorCode.REBALANCING, "member '" + memberId + "' is not joined at the moment");
        }
        if (tied.session().isEmpty()) {
            return local.heartbeat(group, memberId);
        }
        return call(tied.nodeId(), new GroupCall.Heartbeat(tied.number(), group, memberId))
                .thenApply(GroupAnswers::nothing)
                .whenComplete((done, failure) -> {
                    if (failure != null && BarnabasException.of(failure).code() == ErrorCode.REBALANCING) {
                        resident.lose(tied.nodeId(), "the coordinator tells the member nothing any more");
                    }
                });
    }

    @Override
    public CompletionStage<Void> leave(String group, String memberId) {
        residents.find(group, memberId).ifPresent(resident -> {
            residents.forget(resident);
            resident.leave();
        });
        GroupCall.Leave call = new GroupCall.Leave(group, memberId);
        return route.run(Rule.REPEATABLE, unsure -> {
            CompletionStage<Void> left = once(group, () -> local.leave(group, memberId), call, GroupAnswers::nothing);
            return unsure ? left.exceptionally(RoutedGroupCoordinator::leftBefore) : left;
        });
    }

    private static Void leftBefore(Throwable failure) {
        BarnabasException known = BarnabasException.of(failure);
        if (known.code() != ErrorCode.UNKNOWN_MEMBER) {
            throw known;
        }
        return null;
    }

    @Override
    public CompletionStage<Void> commit(
            String group, Committer committer, Map<TopicPartition, CommittedOffset> offsets) {
        if (!(committer instanceof Committer.Member member)) {
            GroupCall call = new GroupCall.AnonymousCommit(group, offsets);
            return ask(Rule.ONCE, group, () -> local.commit(group, committer, offsets), call, GroupAnswers::nothing);
        }
        Resident resident = residents.find(group, member.memberId()).orElse(null);
        if (resident == null) {
            return failed(
                    ErrorCode.UNKNOWN_MEMBER, "group '" + group + "' has no member '" + member.memberId() + "' here");
        }
        return resident.inLine(
                sequence -> route.run(Rule.REPEATABLE, unsure -> commit(resident, sequence, member, offsets)),
                route.settings().maxWaitingCommits());
    }

    /** Waits for the member's join where its coordinator moved: an earlier coordinator must not be asked any more. */
    private CompletionStage<Void> commit(
            Resident resident, long sequence, Committer.Member member, Map<TopicPartition, CommittedOffset> offsets) {
        if (!(resident.tie() instanceof Tie.Tied tied)) {
            return failed(ErrorCode.REBALANCING, "the member joins the group's coordinator again, commit later");
        }
        if (tied.session().isEmpty()) {
            return local.commit(resident.group(), member, offsets);
        }
        GroupCall call = new GroupCall.Commit(
                tied.number(), sequence, resident.group(), member.memberId(), member.generation(), offsets);
        return call(tied.nodeId(), call).thenApply(GroupAnswers::nothing);
    }

    @Override
    public CompletionStage<Map<TopicPartition, CommittedOffset>> committed(
            String group, Set<TopicPartition> partitions) {
        return ask(
                Rule.REPEATABLE,
                group,
                () -> local.committed(group, partitions),
                new GroupCall.Committed(group, partitions),
                GroupAnswers::offsets);
    }

    @Override
    public CompletionStage<List<GroupSummary>> list() {
        return route.run(Rule.REPEATABLE, unsure -> scatter.list());
    }

    @Override
    public CompletionStage<GroupDescription> describe(String group) {
        return ask(
                Rule.REPEATABLE,
                group,
                () -> local.describe(group),
                new GroupCall.Describe(group),
                GroupAnswers::description);
    }

    @Override
    public CompletionStage<Void> resetOffsets(String group, Map<TopicPartition, CommittedOffset> offsets) {
        return ask(
                Rule.ONCE,
                group,
                () -> local.resetOffsets(group, offsets),
                new GroupCall.Reset(group, offsets),
                GroupAnswers::nothing);
    }

    @Override
    public CompletionStage<Void> delete(String group) {
        return ask(Rule.ONCE, group, () -> local.delete(group), new GroupCall.Delete(group), GroupAnswers::nothing);
    }

    @Override
    public CompletionStage<Void> createInstance(String group, ConsumerInstance instance) {
        return local.createInstance(group, instance);
    }

    @Override
    public CompletionStage<Void> updateInstance(String group, ConsumerInstance instance) {
        return local.updateInstance(group, instance);
    }

    @Override
    public CompletionStage<ConsumerInstance> instance(String group, String name) {
        return local.instance(group, name);
    }

    @Override
    public CompletionStage<Void> deleteInstance(String group, String name) {
        return local.deleteInstance(group, name);
    }

    @Override
    public void topicChanged(String topic) {
        local.topicChanged(topic);
    }

    @Override
    public void close() {
        route.close();
        local.close();
    }

    private <T> CompletionStage<T> ask(
            Rule rule,
            String group,
            Supplier<CompletionStage<T>> here,
            GroupCall elsewhere,
            Function<ByteBuffer, T> answer) {
        return route.run(rule, unsure -> once(group, here, elsewhere, answer));
    }

    private <T> CompletionStage<T> once(
            String group, Supplier<CompletionStage<T>> here, GroupCall elsewhere, Function<ByteBuffer, T> answer) {
        return route.once(
                group,
                here,
                PeerOperation.GROUP,
                () -> GroupCallFormat.encode(elsewhere),
                route.settings().callTimeoutMs(),
                answer);
    }

    private CompletionStage<ByteBuffer> call(int nodeId, GroupCall call) {
        return route.call(
                nodeId,
                PeerOperation.GROUP,
                GroupCallFormat.encode(call),
                route.settings().callTimeoutMs());
    }

    private static <T> CompletionStage<T> failed(ErrorCode code, String message) {
        return CompletableFuture.failedFuture(new BarnabasException(code, message));
    }
}
