package io.barnabas.cluster;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's part in leading the cluster: stands for election, begins a term when it wins, and from then on has every
 * new state planned and the plan written.
 *
 * <pre>
 * WAITING -- elected --> BEGINNING -- own epoch written --> LEADING -- not elected any more --> WAITING
 *                            ^------------- another epoch seen --'
 * </pre>
 *
 * Plans are made on the event thread; one at a time is written, on the work thread, and always the newest. A leader that was replaced without
 * knowing it writes nothing: each of its writes carries the version of its term.
 */
final class Leadership {
    private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);
    private static final long RETRY_MS = 250;

    private final ClusterSettings settings;
    private final Controller controller;
    private final ClusterThreads threads;
    private final LeaderLatch latch;
    private final Announcer announcer;
    private final Runnable changed;
    private final LongSupplier nanoTime;
    private final Absences absences;
    private final NewestPlan newest = new NewestPlan();

    /** Whether this node leads under a term that it has begun; written by the work thread, read by the event thread. */
    private volatile boolean leading;

    // Confined to the event thread.
    private Set<PartitionKey> remains = Set.of();

    /** @param changed asks for a new look at the state; thread-safe */
    Leadership(
            CuratorFramework client,
            ZkPaths paths,
            ClusterSettings settings,
            Controller controller,
            ClusterThreads threads,
            Announcer announcer,
            LongSupplier nanoTime,
            Runnable changed) {
        this.settings = settings;
        this.controller = controller;
        this.threads = threads;
        this.announcer = announcer;
        this.nanoTime = nanoTime;
        this.changed = changed;
        absences = new Absences(settings.moves().absenceMs());
        latch = new LeaderLatch(client, paths.controller(), settings.nodeId() + "/" + settings.instance());
    }

    /** Stands for election. */
    void start() {
        latch.addListener(new Election(), threads::toil);
        try {
            latch.start();
        } catch (Exception e) {
            throw ZooKeeperErrors.of("standing for election", e);
        }
    }

    /** A new state is in. Called on the event thread. */
    void seen(Snapshot snapshot) {
        tellRemains(snapshot);
        if (!leading) {
            absences.forget();
            return;
        }
        long nowMs = TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong());
        Optional<Integer> moves =
                switch (settings.logs()) {
                    case NODE -> Optional.empty();
                    case SHARED -> Optional.of(settings.moves().inFlight());
                };
        ControllerPlan plan = ControllerPlan.of(snapshot, absences.awaited(snapshot, nowMs), moves);
        absences.nextMs(nowMs).ifPresent(waitMs -> threads.later(changed, waitMs));
        if (newest.offer(plan)) {
            threads.toil(this::write);
        }
    }

    /** Leaves the election, so that another leads at once. */
    void close() {
        try {
            if (latch.getState() == LeaderLatch.State.STARTED) {
                latch.close();
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("leaving the election failed", e);
        }
    }

    private void write() {
        Optional<ControllerPlan> plan = newest.take();
        if (plan.isEmpty() || !leading) {
            return;
        }
        try {
            controller.write(plan.get());
        } catch (Exception e) {
            LOG.debug("a step of the controller lost a race or its connection node={}", settings.nodeId(), e);
            renew();
            threads.later(changed, RETRY_MS);
        }
    }

    /** Without this an elected leader would stay fenced for ever by a slow one that was elected before it. */
    private void renew() {
        try {
            if (controller.replaced()) {
                leading = false;
                begin();
            }
        } catch (Exception e) {
            LOG.debug("could not read which term it is node={}", settings.nodeId(), e);
        }
    }

    /** To the leading node's listeners alone, so that not all nodes delete the same at the same time. */
    private void tellRemains(Snapshot snapshot) {
        Set<PartitionKey> now = leading ? snapshot.remains() : Set.of();
        if (!now.isEmpty() && !now.equals(remains)) {
            announcer.tell(Cluster.Listener::remainsFound);
        }
        remains = now;
    }

    private void begin() {
        if (!latch.hasLeadership()) {
            return;
        }
        try {
            controller.begin();
            leading = true;
            changed.run();
        } catch (Exception e) {
            LOG.warn("could not begin to lead node={}", settings.nodeId(), e);
            threads.later(() -> threads.toil(this::begin), RETRY_MS);
        }
    }

    /** Called on the work thread. */
    private final class Election implements LeaderLatchListener {
        @Override
        public void isLeader() {
            begin();
        }

        @Override
        public void notLeader() {
            leading = false;
        }
    }
}
