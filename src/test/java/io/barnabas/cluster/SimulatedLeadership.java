package io.barnabas.cluster;

import io.barnabas.cluster.Documents.ControllerDocument;
import io.barnabas.cluster.SimulatedMirror.Wanted;
import io.barnabas.cluster.SimulatedZooKeeper.Document;
import io.barnabas.cluster.SimulatedZooKeeper.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The part of one process of a simulated node in leading the cluster, in the order of {@link Leadership}: stands for
 * election, begins a term and writes what {@link ControllerPlan} wants, over its node's wire.
 */
final class SimulatedLeadership {
    private static final ZkPaths PATHS = SimulatedZooKeeper.PATHS;

    private final SimulatedNode node;
    private final Simulation world;
    private final Absences absences = new Absences(Simulation.ABSENCE_MS);

    /** The version of the controller's document under which this node leads; -1 while it does not. */
    private int termVersion = -1;

    private boolean standing;

    SimulatedLeadership(SimulatedNode node, Simulation world) {
        this.node = node;
        this.world = world;
    }

    /** Candidates are in order of their sessions; the first that lives leads, and hears of it after a while. */
    void stand() {
        if (!standing) {
            standing = true;
            long session = node.session();
            world.zooKeeper.write(
                    session, List.of(Write.ephemeral(PATHS.controller() + "/" + session, node.id, session)));
        }
    }

    /** The candidacy went with its session. */
    void unseated() {
        standing = false;
    }

    /** The session is over, and the term with it. */
    void lost() {
        termVersion = -1;
    }

    void elected(long candidate) {
        if (candidate == node.session() && termVersion < 0) {
            node.soon(() -> {
                Document before = world.zooKeeper.read(PATHS.controllerEpoch()).orElseThrow();
                node.soon(() -> beginTerm(before));
            });
        }
    }

    private void beginTerm(Document before) {
        ControllerDocument epoch = (ControllerDocument) before.value();
        ControllerDocument mine = new ControllerDocument(epoch.epoch() + 1, node.id);
        if (!node.cut
                && world.zooKeeper.write(
                        node.session(), List.of(Write.set(PATHS.controllerEpoch(), mine, before.version())))) {
            termVersion = before.version() + 1;
            absences.forget();
        }
    }

    /** A new state is in. */
    void seen(Snapshot now) {
        if (termVersion < 0) {
            return;
        }
        ControllerPlan plan =
                ControllerPlan.of(now, absences.awaited(now, world.nowMs), Optional.of(Simulation.MOVES_IN_FLIGHT));
        world.planned(now, plan);
        int term = termVersion;
        for (ControllerPlan.Assignment assignment : plan.assignments()) {
            node.soon(() -> write(assignment, term));
        }
    }

    private void write(ControllerPlan.Assignment assignment, int term) {
        String path = PATHS.assignment(assignment.topic().value().id());
        Wanted wanted = new Wanted(assignment.wanted());
        List<Write> writes = new ArrayList<>();
        if (!world.bugs.contains(PlantedBug.CONTROLLER_NOT_FENCED)) {
            writes.add(Write.check(PATHS.controllerEpoch(), term));
        }
        writes.add(assignment
                .before()
                .map(before -> Write.set(path, wanted, before.version()))
                .orElseGet(() -> Write.create(path, wanted)));
        if (!node.cut && world.zooKeeper.write(node.session(), writes)) {
            world.assigned(term);
        } else if (term == termVersion
                && world.zooKeeper.read(PATHS.controllerEpoch()).orElseThrow().version() != term) {
            termVersion = -1; // and begins another term if it still is elected
        }
    }

    @Override
    public String toString() {
        return String.valueOf(termVersion);
    }
}
