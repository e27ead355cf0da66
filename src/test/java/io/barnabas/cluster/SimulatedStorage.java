package io.barnabas.cluster;

import io.barnabas.cluster.Snapshot.Registered;

/**
 * A simulated node's way to the store that all nodes share: whether it reaches it, what it makes of that, and what it tells
 * the others, as {@link StorageNotice} does.
 */
final class SimulatedStorage {
    private static final long IMPAIRED_AFTER_MS = 300;
    private static final long RECOVERED_AFTER_MS = 800;
    private static final long PAUSE_MS = 200;

    private final SimulatedNode node;
    private final Simulation world;
    private StorageState state = StorageState.ABLE;
    private long sinceMs;
    private long asked;
    private long proof;

    /** Whether nothing gets from this node to the store; it is the network's, so it outlives processes. */
    boolean walled;

    private long lastReachedMs = -1;

    SimulatedStorage(SimulatedNode node, Simulation world) {
        this.node = node;
        this.world = world;
    }

    /** Another process knows nothing. */
    void forget() {
        state = StorageState.ABLE;
        sinceMs = world.nowMs;
        asked = 0;
        proof = 0;
    }

    boolean reached() {
        return !walled && !world.storeAway;
    }

    long lastReachedMs() {
        return lastReachedMs;
    }

    StorageReport report() {
        return new StorageReport(state, proof);
    }

    /** Time has passed. */
    void look() {
        if (reached()) {
            lastReachedMs = world.nowMs;
        }
        switch (state) {
            case ABLE -> {
                if (reached()) {
                    sinceMs = world.nowMs;
                } else if (world.nowMs - sinceMs >= IMPAIRED_AFTER_MS) {
                    become(StorageState.IMPAIRED);
                }
            }
            case IMPAIRED -> {
                if (reached()) {
                    become(StorageState.RECOVERING);
                }
            }
            case RECOVERING -> {
                if (!reached()) {
                    become(StorageState.IMPAIRED);
                } else if (world.nowMs - sinceMs >= RECOVERED_AFTER_MS) {
                    become(StorageState.ABLE);
                }
            }
        }
    }

    private void become(StorageState next) {
        state = next;
        sinceMs = world.nowMs;
        node.tellOthers();
    }

    /** A new state is in: a word that was lost is said again, and another that cannot store asks for a proof. */
    void seen(Snapshot snapshot, Registered self) {
        long impaired = NodeRoles.lastImpaired(snapshot.nodes(), node.id);
        if (impaired > asked) {
            asked = impaired;
            node.soon(() -> prove(impaired));
        }
        if (!self.storage().equals(report())) {
            node.tellOthers();
        }
    }

    private void prove(long changeId) {
        if (reached() || world.bugs.contains(PlantedBug.PROOF_WITHOUT_TRYING)) {
            lastReachedMs = reached() ? world.nowMs : lastReachedMs;
            proof = Math.max(proof, changeId);
            node.tellOthers();
        } else {
            node.after(PAUSE_MS, () -> prove(changeId));
        }
    }

    @Override
    public String toString() {
        return (walled ? " walled" : "") + (state == StorageState.ABLE ? "" : " " + state);
    }
}
