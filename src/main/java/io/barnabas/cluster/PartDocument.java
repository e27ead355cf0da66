package io.barnabas.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A partition's document: {@code {"version","epoch","owner","session", ...}}. Fields this class does not know are kept
 * by a claim, for they belong to the log engine. Immutable: the tree is copied before it is changed.
 *
 * <p>{@code session} is the ZooKeeper session under which the owner claimed: ownership counts only while the owner's
 * registration is of that same session, so a restarted node owns nothing before it has claimed anew.
 */
record PartDocument(ObjectNode json) {
    int epoch() {
        return json.get("epoch").intValue();
    }

    int owner() {
        return json.get("owner").intValue();
    }

    long session() {
        return json.path("session").longValue();
    }

    PartDocument claimedBy(int nodeId, long session) {
        ObjectNode claimed = json.deepCopy();
        claimed.put("epoch", epoch() + 1).put("owner", nodeId).put("session", session);
        return new PartDocument(claimed);
    }
}
