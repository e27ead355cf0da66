package io.barnabas.cluster;

import io.barnabas.cluster.SimulatedZooKeeper.Document;
import io.barnabas.cluster.SimulatedZooKeeper.Write;
import io.barnabas.cluster.Snapshot.Registered;
import io.barnabas.cluster.Snapshot.Versioned;
import io.barnabas.group.SimulatedCoordinator;
import io.barnabas.record.BarnabasException;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A node of the simulation: the deciding classes of a real one ({@link Holdings}, {@link Snapshot}, {@link
 * ControllerPlan}, {@link Absences}, the shard of groups) with a wire to ZooKeeper that is slow and breaks. What it hears
 * and what it sends takes its time, each on its own way; while it is paused everything waits, and then happens at once.
 */
final class SimulatedNode {
    static final ZkPaths PATHS = SimulatedZooKeeper.PATHS;
    private static final long PING_MS = 100;

    final int id;
    private final Simulation world;
    private final Documents documents = new Documents();
    private final SimulatedMirror mirror = new SimulatedMirror();
    private final Map<PartitionKey, Integer> hosted = new HashMap<>();
    private final Set<PartitionKey> inFlight = new HashSet<>();
    private final Deque<Runnable> whilePaused = new ArrayDeque<>();
    private Holdings holdings;
    private SimulatedLeadership leadership;
    private Optional<SimulatedCoordinator> coordinator = Optional.empty();
    private Cluster.Session belief = Cluster.Session.STARTING;

    /** Which process of this node it is: what an earlier one had under way comes to nothing. */
    private int process;

    private int tenure;
    boolean alive;
    boolean paused;
    boolean cut;
    boolean draining;
    private long session;
    private long seatedSession = -1;
    private long lastContactMs;
    private final SimulatedStorage storage;

    /** Whether something changed while the connection was cut. */
    private boolean missed;

    SimulatedNode(int id, Simulation world) {
        this.id = id;
        this.world = world;
        leadership = new SimulatedLeadership(this, world);
        storage = new SimulatedStorage(this, world);
    }

    // ---- Faults

    void start() {
        process++;
        alive = true;
        paused = false;
        draining = false;
        holdings = new Holdings(id, Simulation.HAND_OVER_WAIT_MS);
        leadership = new SimulatedLeadership(this, world);
        mirror.clear();
        hosted.clear();
        inFlight.clear();
        whilePaused.clear();
        coordinator = Optional.empty();
        belief = Cluster.Session.STARTING;
        session = 0;
        seatedSession = -1;
        storage.forget();
        ping();
    }

    void crash() {
        process++;
        alive = false;
    }

    /** A stop in good order: the session ends at once. */
    void stop() {
        if (session != 0 && !cut) {
            world.zooKeeper.close(session);
        }
        crash();
    }

    void wake() {
        paused = false;
        while (!whilePaused.isEmpty() && !paused) {
            whilePaused.poll().run();
        }
    }

    /** Runs after a while, if this very process still runs then and is not paused; if it is, when it wakes. */
    void after(long waitMs, Runnable action) {
        int then = process;
        world.after(waitMs, () -> whenAwake(then, action));
    }

    private void whenAwake(int then, Runnable action) {
        if (then != process) {
            return;
        }
        if (paused) {
            whilePaused.add(() -> whenAwake(then, action));
        } else {
            action.run();
        }
    }

    /** Does something after the short while that all on the wire takes, if this very process still runs then. */
    void soon(Runnable action) {
        after(world.random.nextInt(30), action);
    }

    // ---- The session

    long session() {
        return session;
    }

    void elected(long candidate) {
        leadership.elected(candidate);
    }

    private void ping() {
        after(PING_MS, this::ping);
        storage.look();
        if (!cut) {
            contact();
        } else {
            long silentMs = world.nowMs - lastContactMs;
            if (belief == Cluster.Session.CONNECTED && silentMs > Simulation.SESSION_MS / 3) {
                belief = Cluster.Session.SUSPENDED;
            }
            if (belief == Cluster.Session.SUSPENDED && silentMs > Simulation.SESSION_MS) {
                lose();
            }
        }
        coordinator.ifPresent(groups -> groups.timePasses(world.nowMs));
        if (coordinator.isPresent() && coordinator.get().over() && storage.reached()) {
            loadGroups(hosted.get(Simulation.JOURNAL)); // as after any failure of the journal, while it is owned
        }
        if (belief == Cluster.Session.CONNECTED) {
            refresh();
        }
    }

    private void contact() {
        lastContactMs = world.nowMs;
        boolean living = session != 0 && world.zooKeeper.heard(session, world.nowMs);
        if (living && seatedSession == session) {
            if (belief != Cluster.Session.CONNECTED || missed) {
                belief = Cluster.Session.CONNECTED;
                refetchAll();
            }
            return;
        }
        if (!living) {
            if (session != 0 && belief != Cluster.Session.STARTING) {
                lose();
            }
            session = world.zooKeeper.open(world.nowMs);
            leadership.unseated();
        }
        register();
    }

    private void register() {
        Registered self = self();
        List<Write> writes = new ArrayList<>();
        world.zooKeeper.read(PATHS.node(id)).ifPresent(left -> writes.add(Write.delete(PATHS.node(id), -1)));
        if (!writes.isEmpty() && !world.zooKeeper.write(session, writes)) {
            return;
        }
        if (world.zooKeeper.write(session, List.of(Write.ephemeral(PATHS.node(id), self, session)))) {
            seatedSession = session;
            belief = Cluster.Session.CONNECTED;
            refetchAll();
            leadership.stand();
        }
    }

    private void lose() {
        belief = Cluster.Session.LOST;
        tenure++;
        inFlight.clear();
        leadership.lost();
        if (!world.bugs.contains(PlantedBug.CLAIM_OF_EARLIER_SESSION)) {
            holdings.release();
            hosted.clear();
            coordinator = Optional.empty();
        }
    }

    // ---- The copy of what ZooKeeper holds

    /** A watch fires, or the word is lost and the path is read again later. */
    void changed(String path) {
        if (alive && seatedSession == session) {
            soon(() -> fetch(path));
        }
    }

    private void refetchAll() {
        missed = false;
        Set<String> paths = new HashSet<>(world.zooKeeper.paths());
        paths.addAll(mirror.paths());
        paths.stream().sorted().forEach(path -> soon(() -> fetch(path)));
    }

    private void fetch(String path) {
        if (cut) {
            missed = true; // all is fetched anew when the connection is back
            return;
        }
        mirror.fetched(path, world.zooKeeper.read(path));
        if (belief == Cluster.Session.CONNECTED) {
            refresh();
        }
    }

    Snapshot snapshot() {
        return mirror.snapshot();
    }

    // ---- What a node decides and does, in the order of a real one

    private void refresh() {
        Snapshot now = snapshot();
        Holdings.Outcome outcome = holdings.reconcile(now);
        outcome.disowned().forEach(change -> close(change.key()));
        outcome.leaving().forEach(this::handOver);
        outcome.owned().forEach(change -> after(world.random.nextInt(100), () -> open(change.key(), change.epoch())));
        Registered self = now.nodes().get(id);
        if (self == null || self.session() != session) {
            return;
        }
        for (PartitionKey key : holdings.claimable(now, inFlight, world.nowMs)) {
            claim(key, now);
        }
        storage.seen(now, self);
        leadership.seen(now);
    }

    private Registered self() {
        return new Registered(URI.create("http://node-" + id), session, "", draining, "", storage.report(), 0);
    }

    /** Says in the registration what this node is like now. */
    void tellOthers() {
        soon(() -> world.zooKeeper.read(PATHS.node(id)).ifPresent(found -> {
            if (((Registered) found.value()).session() == session && !cut) {
                world.zooKeeper.write(session, List.of(Write.set(PATHS.node(id), self(), found.version())));
            }
        }));
    }

    private void close(PartitionKey key) {
        hosted.remove(key);
        if (key.equals(Simulation.JOURNAL)) {
            coordinator = Optional.empty();
        }
    }

    private void handOver(Holdings.Change change) {
        close(change.key());
        int sent = tenure;
        after(world.random.nextInt(300), () -> {
            String path = PATHS.part(change.key());
            Optional<Document> found = cut || sent != tenure ? Optional.empty() : world.zooKeeper.read(path);
            if (found.isPresent()
                    && found.get().value() instanceof PartDocument part
                    && part.owner() == id
                    && part.epoch() == change.epoch()
                    && !part.released()) {
                world.zooKeeper.write(
                        session,
                        List.of(Write.set(path, part.release(), found.get().version())));
            }
        });
    }

    private void claim(PartitionKey key, Snapshot seen) {
        Versioned<PartDocument> before = seen.parts().get(key);
        PartDocument after = (before == null ? documents.unclaimedPart() : before.value()).claimedBy(id, session);
        int assignment = seen.assignments().get(key.topicId()).version();
        int sent = tenure;
        long under = session;
        inFlight.add(key);
        soon(() -> {
            List<Write> writes = new ArrayList<>();
            if (!world.bugs.contains(PlantedBug.CLAIM_WITHOUT_ASSIGNMENT_CHECK)) {
                writes.add(Write.check(PATHS.assignment(key.topicId()), assignment));
            }
            writes.add(
                    before == null
                            ? Write.create(PATHS.part(key), after)
                            : Write.set(PATHS.part(key), after, before.version()));
            boolean done = !cut && world.zooKeeper.write(under, writes);
            if (done) {
                world.claimed(key, id);
            }
            soon(() -> claimAnswered(key, after.epoch(), done, sent));
        });
    }

    private void claimAnswered(PartitionKey key, int epoch, boolean done, int sent) {
        if (sent != tenure) {
            return;
        }
        inFlight.remove(key);
        if (done) {
            holdings.claimed(key, epoch);
            if (belief == Cluster.Session.CONNECTED) {
                refresh();
            }
        }
    }

    private void open(PartitionKey key, int epoch) {
        if (holdings.held().getOrDefault(key, -1) != epoch) {
            return;
        }
        if (!storage.reached()) {
            after(200, () -> open(key, epoch));
            return;
        }
        if (!world.logs.open(key, epoch, id)) {
            return;
        }
        hosted.put(key, epoch);
        if (key.equals(Simulation.JOURNAL)) {
            loadGroups(epoch);
        }
    }

    private void loadGroups(int epoch) {
        PartitionKey key = Simulation.JOURNAL;
        coordinator = Optional.of(
                world.coordinator(this, batch -> hosted.getOrDefault(key, -1) == epoch && append(key, batch)));
    }

    /** Takes a record and acknowledges it; not while it knows that it must not. */
    boolean append(PartitionKey key, Object record) {
        Integer epoch = hosted.get(key);
        if (!alive || epoch == null || belief != Cluster.Session.CONNECTED || !storage.reached()) {
            return false;
        }
        world.writes(this, key, epoch, session);
        return world.logs.append(key, epoch, id, record).isPresent();
    }

    Optional<SimulatedCoordinator> coordinator() {
        return alive && belief == Cluster.Session.CONNECTED ? coordinator : Optional.empty();
    }

    /** Does something on this node when the message has come and it is awake. */
    void receive(Runnable request) {
        soon(() -> {
            if (alive) {
                request.run();
            }
        });
    }

    void drain() {
        draining = true;
        tellOthers();
    }

    SimulatedStorage storage() {
        return storage;
    }

    boolean drained() {
        return holdings.empty() && snapshot().servedByOthers(id);
    }

    @Override
    public String toString() {
        return "node " + id + (alive ? "" : " dead") + (paused ? " paused" : "") + (cut ? " cut" : "")
                + (draining ? " draining" : "") + storage + " " + belief + " session=" + session + "/" + seatedSession
                + " term="
                + leadership + " sees=" + snapshot().nodes().keySet() + " hosts=" + hosted.size();
    }

    boolean owns(PartitionKey key) {
        return alive && hosted.containsKey(key);
    }

    /** Where this node believes that a partition is served. */
    OptionalInt ownerOf(PartitionKey key) {
        try {
            return snapshot()
                    .owner(key)
                    .map(owner -> OptionalInt.of(owner.nodeId()))
                    .orElseGet(OptionalInt::empty);
        } catch (BarnabasException e) {
            return OptionalInt.empty();
        }
    }
}
