package io.barnabas.group;

import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** What all shards of a node share. */
record ShardContext(
        GroupSettings settings,
        TopicPartitions topics,
        Homes homes,
        NodeUsage usage,
        Clock clock,
        LongSupplier nanoTime,
        Timers timers,
        Executor eventExecutor,
        Executor noticeExecutor,
        Supplier<UUID> uuids,
        GroupEvents events) {

    Moment now() {
        return new Moment(TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong()), clock.millis());
    }

    GroupShard newShard() {
        return new GroupShard(settings, topics, homes, usage, uuids, events);
    }
}
