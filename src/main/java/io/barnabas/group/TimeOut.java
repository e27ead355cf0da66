package io.barnabas.group;

/**
 * What can run out in a shard.
 *
 * @param name of the member or instance; empty for the group itself
 */
record TimeOut(Kind kind, String group, String name) {
    enum Kind {
        SESSION,
        REBALANCE,
        RETENTION,
        INSTANCE
    }

    static TimeOut session(String group, String memberId) {
        return new TimeOut(Kind.SESSION, group, memberId);
    }

    static TimeOut rebalance(String group) {
        return new TimeOut(Kind.REBALANCE, group, "");
    }

    static TimeOut retention(String group) {
        return new TimeOut(Kind.RETENTION, group, "");
    }

    static TimeOut instance(String group, String name) {
        return new TimeOut(Kind.INSTANCE, group, name);
    }
}
