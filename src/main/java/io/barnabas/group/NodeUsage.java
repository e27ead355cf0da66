package io.barnabas.group;

import java.util.concurrent.atomic.AtomicInteger;

/** What all shards of a node hold together, for the limits that are the node's. Thread-safe; the checks are not exact to one under a race of shards. */
record NodeUsage(AtomicInteger groups, AtomicInteger instances) {
    NodeUsage() {
        this(new AtomicInteger(), new AtomicInteger());
    }
}
