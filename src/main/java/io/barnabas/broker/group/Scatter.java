package io.barnabas.broker.group;

import static java.util.Objects.requireNonNull;

import io.barnabas.cluster.ClusterView;
import io.barnabas.cluster.Ownership;
import io.barnabas.group.GroupCoordinator;
import io.barnabas.group.GroupCoordinator.GroupSummary;
import io.barnabas.group.JournaledGroupCoordinator;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** Asks every coordinator of the cluster, and answers only when all of them have: a list with holes is none. */
final class Scatter {
    private final JournaledGroupCoordinator local;
    private final Supplier<ClusterView> view;
    private final BiFunction<Integer, GroupCall, CompletionStage<ByteBuffer>> calls;

    Scatter(
            JournaledGroupCoordinator local,
            Supplier<ClusterView> view,
            BiFunction<Integer, GroupCall, CompletionStage<ByteBuffer>> calls) {
        this.local = requireNonNull(local, "local");
        this.view = requireNonNull(view, "view");
        this.calls = requireNonNull(calls, "calls");
    }

    /** The groups of all, by name; fails with what the first one fails with, and when there is no coordinator for some. */
    CompletionStage<List<GroupSummary>> list() {
        ClusterView now = view.get();
        if (!now.topics().containsKey(GroupCoordinator.JOURNAL_TOPIC)) {
            return CompletableFuture.completedFuture(List.of()); // made with the first group
        }
        CompletionStage<List<GroupSummary>> all = CompletableFuture.completedFuture(List.of());
        for (Map.Entry<Integer, Set<Integer>> share : shares(now).entrySet()) {
            CompletionStage<List<GroupSummary>> some = share.getKey() == now.thisNodeId()
                    ? local.list(share.getValue())
                    : calls.apply(share.getKey(), new GroupCall.List(share.getValue()))
                            .thenApply(GroupAnswers::summaries);
            all = all.thenCombine(some, Scatter::joined);
        }
        return all;
    }

    /** Journal partitions by the node that owns them. */
    private static Map<Integer, Set<Integer>> shares(ClusterView now) {
        Map<Integer, Set<Integer>> shares = new TreeMap<>();
        int count = now.topic(GroupCoordinator.JOURNAL_TOPIC).partitionCount();
        for (int partition = 0; partition < count; partition++) {
            int missing = partition;
            Ownership owner = now.owner(new TopicPartition(GroupCoordinator.JOURNAL_TOPIC, partition))
                    .orElseThrow(() -> new BarnabasException(
                            ErrorCode.COORDINATOR_LOADING,
                            "the groups of partition " + missing + " have no coordinator at the moment; try again"));
            shares.computeIfAbsent(owner.nodeId(), node -> new TreeSet<>()).add(partition);
        }
        return shares;
    }

    private static List<GroupSummary> joined(List<GroupSummary> some, List<GroupSummary> more) {
        List<GroupSummary> all = new ArrayList<>(some);
        all.addAll(more);
        all.sort(Comparator.comparing(GroupSummary::group));
        return all;
    }
}
