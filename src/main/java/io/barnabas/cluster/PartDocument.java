package io.barnabas.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * A partition's document: {@code {"version","epoch","owner","session","released"?, ...}}. Fields this class does not know are kept
 * by a claim, for they belong to the log engine. Immutable: the tree is copied before it is changed.
 *
 * <p>{@code session} is the ZooKeeper session under which the owner claimed: ownership counts only while the owner's
 * registration is of that same session, so a restarted node owns nothing before it has claimed anew.
 */
record PartDocument(ObjectNode json) {
    /** The fields that are the cluster's own, in the order in which they are written. */
    private static final List<String> OWN = List.of("version", "epoch", "owner", "session", "released");

    int epoch() {
        return json.get("epoch").intValue();
    }

    int owner() {
        return json.get("owner").intValue();
    }

    long session() {
        return json.path("session").longValue();
    }

    /** Whether the owner has closed the log and given the partition up: the next may claim it at once. */
    boolean released() {
        return json.path("released").asBoolean();
    }

    /** Whether it is claimed or given up just as another is; what the log engine keeps there may differ. */
    boolean hasClaimOf(PartDocument other) {
        return epoch() == other.epoch()
                && owner() == other.owner()
                && session() == other.session()
                && released() == other.released();
    }

    /** Given up by its owner; the epoch stays, for a claim raises it. */
    PartDocument release() {
        PartDocument released = with(fields());
        released.json.put("released", true);
        return released;
    }

    /** What the log engine keeps here; a copy. */
    ObjectNode fields() {
        ObjectNode fields = json.deepCopy();
        fields.remove(OWN);
        return fields;
    }

    /**
     * The same partition with other fields of the engine, which replace all it had.
     *
     * @throws IllegalArgumentException when one of them is the cluster's own
     */
    PartDocument with(ObjectNode fields) {
        ObjectNode changed = json.objectNode();
        for (String name : OWN) {
            if (fields.has(name)) {
                throw new IllegalArgumentException("the field '" + name + "' of a partition is the cluster's own");
            }
            if (json.has(name)) {
                changed.set(name, json.get(name));
            }
        }
        changed.setAll(fields.deepCopy());
        return new PartDocument(changed);
    }

    PartDocument claimedBy(int nodeId, long session) {
        ObjectNode claimed = json.deepCopy();
        claimed.remove("released");
        claimed.put("epoch", epoch() + 1).put("owner", nodeId).put("session", session);
        return new PartDocument(claimed);
    }
}
