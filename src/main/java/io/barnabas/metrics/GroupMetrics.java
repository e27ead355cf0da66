package io.barnabas.metrics;

import static java.util.Objects.requireNonNull;

import io.barnabas.group.GroupEvents;
import io.barnabas.metrics.Exposition.Tally;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.metrics.Tag;

/**
 * Counts what the group coordinator tells, and shows the groups that this node coordinates: members and lag as of the
 * last refresh. Groups and lags have series of their own up to a number, the others share one.
 *
 * <p>Events come from any thread, refreshes from one at a time.
 */
final class GroupMetrics implements GroupEvents {
    private static final String OTHER = TopicTable.OTHER;
    private static final String MEMBERS = "barnabas_group_members";
    private static final String REBALANCES = "barnabas_group_rebalances_total";
    private static final String LAG = "barnabas_group_lag_records";
    private static final String LAG_HELP =
            "Records of the partition behind the group's committed offset, of groups and partitions of this node";

    private final Exposition exposition;
    private final MetricsSettings settings;
    private final Map<String, GroupSeries> own = new ConcurrentHashMap<>();
    private final GroupSeries other;

    /** Touched by refreshes alone. */
    private final Map<LagKey, Lag> lags = new HashMap<>();

    private final Lag otherLag = new Lag();
    private final Tally commits;
    private final Tally releaseTimeOuts;
    private final Tally journalFailures;
    private final DurationHistogram loads;
    private final Map<ErrorCode, Tally> removals = new EnumMap<>(ErrorCode.class);
    private final Map<ErrorCode, Tally> refusals = new EnumMap<>(ErrorCode.class);

    /** Groups that this node coordinates, as of the last refresh; read by whoever scrapes. */
    private volatile int groupCount;

    GroupMetrics(Exposition exposition, MetricsSettings settings) {
        this.exposition = requireNonNull(exposition, "exposition");
        this.settings = requireNonNull(settings, "settings");
        other = shown(OTHER);
        exposition.gauge("barnabas_groups", "Groups that this node coordinates", () -> groupCount);
        exposition.gauge(LAG, LAG_HELP, () -> otherLag.records, labels(OTHER, OTHER, OTHER));
        commits = exposition.counter("barnabas_group_commits_total", "Commits of offsets that were stored");
        releaseTimeOuts = exposition.counter(
                "barnabas_group_release_timeouts_total", "Members that were too slow to let go of partitions");
        journalFailures = exposition.counter(
                "barnabas_group_journal_failures_total", "Appends to the groups' journal that failed");
        loads = DurationHistogram.shown(
                exposition, "barnabas_group_load_duration_seconds", "Time to replay one journal partition of groups");
        for (ErrorCode code : ErrorCode.values()) {
            Tag reason = new Tag("reason", ClientMetrics.label(code));
            removals.put(
                    code,
                    exposition.counter(
                            "barnabas_group_members_removed_total", "Members put out without asking for it", reason));
            refusals.put(
                    code,
                    exposition.counter("barnabas_group_commits_refused_total", "Commits that were refused", reason));
        }
    }

    @Override
    public void rebalanced(String group, int generation, int memberCount) {
        GroupSeries series = own.get(group);
        if (series == null && own.size() < settings.maxGroups()) {
            series = own.computeIfAbsent(group, this::shown);
        }
        GroupSeries counting = series == null ? other : series;
        counting.rebalances.increment();
        if (counting != other) {
            counting.members = memberCount;
        }
    }

    @Override
    public void memberRemoved(String group, ErrorCode code) {
        removals.get(code).increment();
    }

    @Override
    public void releaseTimedOut(String group, String memberId, int partitionCount) {
        releaseTimeOuts.increment();
    }

    @Override
    public void committed(String group, int partitionCount) {
        commits.increment();
    }

    @Override
    public void commitRefused(String group, ErrorCode code) {
        refusals.get(code).increment();
    }

    @Override
    public void loaded(int journalPartition, long recordCount, long durationMs) {
        loads.add(durationMs * 1_000_000);
    }

    @Override
    public void journalFailed(int journalPartition, ErrorCode code) {
        journalFailures.increment();
    }

    /** What this node's groups are now; those that are left out are gone or elsewhere. */
    void refresh(List<Observed> groups) {
        SortedMap<String, Observed> byName = new TreeMap<>();
        groups.forEach(group -> byName.put(group.group, group));
        for (String gone : new ArrayList<>(own.keySet())) {
            if (!byName.containsKey(gone)) {
                own.remove(gone);
                exposition.remove(MEMBERS, label(gone));
                exposition.remove(REBALANCES, label(gone));
            }
        }
        int otherMembers = 0;
        for (Observed group : byName.values()) {
            if (!own.containsKey(group.group) && own.size() < settings.maxGroups()) {
                own.put(group.group, shown(group.group));
            }
            GroupSeries series = own.get(group.group);
            if (series == null) {
                otherMembers += group.memberCount;
            } else {
                series.members = group.memberCount;
            }
        }
        other.members = otherMembers;
        groupCount = groups.size();
        refreshLags(byName);
    }

    private void refreshLags(SortedMap<String, Observed> groups) {
        Map<LagKey, Long> now = new TreeMap<>();
        groups.forEach(
                (name, group) -> group.lags.forEach((partition, lag) -> now.put(new LagKey(name, partition), lag)));
        lags.keySet().removeIf(key -> {
            boolean gone = !now.containsKey(key);
            if (gone) {
                exposition.remove(LAG, key.labels());
            }
            return gone;
        });
        long others = 0;
        for (Map.Entry<LagKey, Long> each : now.entrySet()) {
            Lag lag = lags.get(each.getKey());
            if (lag == null && lags.size() < settings.maxLagSeries() && own.containsKey(each.getKey().group)) {
                Lag fresh = new Lag();
                lag = fresh;
                lags.put(each.getKey(), fresh);
                exposition.gauge(
                        LAG, LAG_HELP, () -> fresh.records, each.getKey().labels());
            }
            if (lag == null) {
                others += each.getValue();
            } else {
                lag.records = each.getValue();
            }
        }
        otherLag.records = others;
    }

    private GroupSeries shown(String group) {
        GroupSeries series = new GroupSeries(
                exposition.counter(REBALANCES, "Generations that were made of the group", label(group)));
        exposition.gauge(
                MEMBERS,
                "Members of the group, of groups that this node coordinates",
                () -> series.members,
                label(group));
        return series;
    }

    private static Tag label(String group) {
        return new Tag("group", group);
    }

    private static Tag[] labels(String group, String topic, String partition) {
        return new Tag[] {new Tag("group", group), new Tag("topic", topic), new Tag("partition", partition)};
    }

    /**
     * A group as a refresh found it.
     *
     * @param lags of its partitions, as far as this node can tell
     */
    record Observed(String group, int memberCount, Map<TopicPartition, Long> lags) {}

    private record LagKey(String group, TopicPartition partition) implements Comparable<LagKey> {
        Tag[] labels() {
            return GroupMetrics.labels(group, partition.topic(), Integer.toString(partition.partition()));
        }

        @Override
        public int compareTo(LagKey other) {
            int byGroup = group.compareTo(other.group);
            return byGroup != 0 ? byGroup : partition.compareTo(other.partition);
        }
    }

    /** A lag; written by refreshes, read by whoever scrapes. */
    private static final class Lag {
        private volatile long records;
    }

    private static final class GroupSeries {
        private final Tally rebalances;

        /** Written by events and refreshes, read by whoever scrapes. */
        private volatile int members;

        GroupSeries(Tally rebalances) {
            this.rebalances = rebalances;
        }
    }
}
