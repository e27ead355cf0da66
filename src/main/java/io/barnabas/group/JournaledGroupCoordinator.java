package io.barnabas.group;

import static java.util.Objects.requireNonNull;

import io.barnabas.log.PartitionLog;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The coordinator: one {@link ShardRuntime} per journal partition that this node owns, to which everything is passed on.
 * A group is in the partition of its name's hash, which is fixed by the number of partitions.
 */
public final class JournaledGroupCoordinator implements GroupCoordinator {
    private final ShardContext context;
    private final Map<Integer, ShardRuntime> shards = new ConcurrentHashMap<>();

    /** Volatile: set by who closes, read by all others, who need no more than to see it some time. */
    private volatile boolean closed;

    /** Volatile: set before any journal is loaded, by whoever knows nodes; read by the shards. */
    private volatile Homes homes = Homes.LASTING;

    /**
     * @param topics how many partitions there are, asked at any time
     * @param clock for what is journaled
     * @param nanoTime for time-outs
     * @param timers where alarms are set; stopped by the caller
     * @param eventExecutor runs the groups' events; answers are given on it; stopped by the caller, after {@link #close}
     * @param noticeExecutor runs {@link GroupCoordinator.MemberListener}s; stopped by the caller, after {@link #close}
     * @param uuids for member ids; must not repeat
     */
    public JournaledGroupCoordinator(
            GroupSettings settings,
            TopicPartitions topics,
            Clock clock,
            LongSupplier nanoTime,
            Timers timers,
            Executor eventExecutor,
            Executor noticeExecutor,
            Supplier<UUID> uuids,
            GroupEvents events) {
        this.context = new ShardContext(
                requireNonNull(settings, "settings"),
                requireNonNull(topics, "topics"),
                (group, memberId, home) -> homes.gone(group, memberId, home),
                new NodeUsage(),
                requireNonNull(clock, "clock"),
                requireNonNull(nanoTime, "nanoTime"),
                requireNonNull(timers, "timers"),
                requireNonNull(eventExecutor, "eventExecutor"),
                requireNonNull(noticeExecutor, "noticeExecutor"),
                requireNonNull(uuids, "uuids"),
                requireNonNull(events, "events"));
    }

    @Override
    public int journalPartition(String group) {
        return Math.floorMod(group.hashCode(), context.settings().journalPartitions());
    }

    @Override
    public CompletionStage<Void> load(int journalPartition, PartitionLog journal) {
        requireNonNull(journal, "journal");
        if (journalPartition < 0 || journalPartition >= context.settings().journalPartitions()) {
            return refused(
                    ErrorCode.UNKNOWN_PARTITION,
                    JOURNAL_TOPIC + " has " + context.settings().journalPartitions()
                            + " partitions, there is no partition " + journalPartition);
        }
        if (closed) {
            return refused(ErrorCode.DRAINING, "the group coordinator is closed");
        }
        ShardRuntime shard = new ShardRuntime(journalPartition, new Journal(journal), context);
        ShardRuntime before = shards.put(journalPartition, shard);
        if (before != null) {
            before.close(ErrorCode.NOT_OWNER, "is loaded from another log");
        }
        CompletionStage<Void> loaded = shard.load();
        if (closed && shards.remove(journalPartition, shard)) {
            shard.close(ErrorCode.DRAINING, "the node goes down");
        }
        return loaded;
    }

    @Override
    public void unload(int journalPartition) {
        ShardRuntime shard = shards.remove(journalPartition);
        if (shard != null) {
            shard.close(ErrorCode.NOT_OWNER, "this node does not own it any more");
        }
    }

    /** Whom to ask for members' homes from now on; before any journal is loaded. */
    public void follow(Homes known) {
        homes = requireNonNull(known, "known");
    }

    /** A home may be gone: members that lived there leave. */
    public void homesChanged() {
        shards.values().forEach(ShardRuntime::homesChanged);
    }

    @Override
    public CompletionStage<Joined> join(String group, JoinRequest request, MemberListener listener) {
        return join(group, request, Optional.empty(), listener);
    }

    /**
     * As {@link #join(String, JoinRequest, MemberListener)}.
     *
     * @param home where the member lives from now on, which is journaled; the member leaves when that is gone
     */
    public CompletionStage<Joined> join(
            String group, JoinRequest request, Optional<Home> home, MemberListener listener) {
        requireNonNull(listener, "listener");
        ShardRuntime shard = closed ? null : shards.get(journalPartition(group));
        return shard == null ? notOwner(group) : shard.join(group, request, home, listener);
    }

    @Override
    public CompletionStage<Void> released(String group, String memberId, Set<TopicPartition> partitions) {
        Set<TopicPartition> released = Set.copyOf(partitions);
        return submit(group, (shard, now) -> shard.released(group, memberId, released, now));
    }

    @Override
    public CompletionStage<Void> heartbeat(String group, String memberId) {
        return submit(group, (shard, now) -> shard.heartbeat(group, memberId, now));
    }

    @Override
    public CompletionStage<Void> leave(String group, String memberId) {
        return submit(group, (shard, now) -> shard.leave(group, memberId, now));
    }

    @Override
    public CompletionStage<Void> commit(
            String group, Committer committer, Map<TopicPartition, CommittedOffset> offsets) {
        Map<TopicPartition, CommittedOffset> committed = Map.copyOf(offsets);
        CompletionStage<Void> reply = submit(group, (shard, now) -> shard.commit(group, committer, committed, now));
        return reply.whenComplete((done, failure) -> {
            if (failure == null) {
                context.events().committed(group, committed.size());
            } else {
                context.events()
                        .commitRefused(group, BarnabasException.of(failure).code());
            }
        });
    }

    @Override
    public CompletionStage<Map<TopicPartition, CommittedOffset>> committed(
            String group, Set<TopicPartition> partitions) {
        Set<TopicPartition> wanted = Set.copyOf(partitions);
        return submit(group, (shard, now) -> shard.committed(group, wanted));
    }

    @Override
    public CompletionStage<List<GroupSummary>> list() {
        if (closed) {
            return refused(ErrorCode.DRAINING, "the group coordinator is closed");
        }
        return list(List.copyOf(shards.values()));
    }

    /** The groups of these journal partitions; {@code NOT_OWNER} when one of them is not served here. */
    public CompletionStage<List<GroupSummary>> list(Set<Integer> journalPartitions) {
        List<ShardRuntime> asked = new ArrayList<>();
        for (int partition : journalPartitions) {
            ShardRuntime shard = closed ? null : shards.get(partition);
            if (shard == null) {
                return refused(ErrorCode.NOT_OWNER, "group partition " + partition + " is not served by this node");
            }
            asked.add(shard);
        }
        return list(asked);
    }

    private static CompletionStage<List<GroupSummary>> list(List<ShardRuntime> asked) {
        CompletionStage<List<GroupSummary>> all = CompletableFuture.completedFuture(List.of());
        for (ShardRuntime shard : asked) {
            CompletionStage<List<GroupSummary>> some = shard.submit((groups, now) -> groups.list());
            all = all.thenCombine(some, JournaledGroupCoordinator::joined);
        }
        return all.thenApply(groups -> groups.stream()
                .sorted(Comparator.comparing(GroupSummary::group))
                .toList());
    }

    @Override
    public CompletionStage<GroupDescription> describe(String group) {
        return submit(group, (shard, now) -> shard.describe(group));
    }

    @Override
    public CompletionStage<Void> resetOffsets(String group, Map<TopicPartition, CommittedOffset> offsets) {
        Map<TopicPartition, CommittedOffset> wanted = Map.copyOf(offsets);
        return submit(group, (shard, now) -> shard.resetOffsets(group, wanted, now));
    }

    @Override
    public CompletionStage<Void> delete(String group) {
        return submit(group, (shard, now) -> shard.delete(group, now));
    }

    @Override
    public CompletionStage<Void> createInstance(String group, ConsumerInstance instance) {
        return submit(group, (shard, now) -> shard.createInstance(group, instance, now));
    }

    @Override
    public CompletionStage<Void> updateInstance(String group, ConsumerInstance instance) {
        return submit(group, (shard, now) -> shard.updateInstance(group, instance, now));
    }

    @Override
    public CompletionStage<ConsumerInstance> instance(String group, String name) {
        return submit(group, (shard, now) -> shard.instance(group, name, now));
    }

    @Override
    public CompletionStage<Void> deleteInstance(String group, String name) {
        return submit(group, (shard, now) -> shard.deleteInstance(group, name, now));
    }

    @Override
    public void topicChanged(String topic) {
        shards.values().forEach(shard -> shard.topicChanged(topic));
    }

    @Override
    public void close() {
        closed = true;
        for (Integer partition : List.copyOf(shards.keySet())) {
            ShardRuntime shard = shards.remove(partition);
            if (shard != null) {
                shard.close(ErrorCode.DRAINING, "the node goes down");
            }
        }
    }

    private <R> CompletionStage<R> submit(String group, BiFunction<GroupShard, Moment, Outcome<R>> event) {
        ShardRuntime shard = closed ? null : shards.get(journalPartition(group));
        return shard == null ? notOwner(group) : shard.submit(event);
    }

    private <R> CompletionStage<R> notOwner(String group) {
        return closed
                ? refused(ErrorCode.DRAINING, "the group coordinator is closed")
                : refused(ErrorCode.NOT_OWNER, "group '" + group + "' is not coordinated by this node");
    }

    private static <R> CompletionStage<R> refused(ErrorCode code, String message) {
        return CompletableFuture.failedFuture(new BarnabasException(code, message));
    }

    private static <T> List<T> joined(List<T> some, List<T> more) {
        List<T> all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }
}
