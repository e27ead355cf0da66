package io.barnabas.broker.consumer;

import io.barnabas.broker.Fetching;
import io.barnabas.broker.Positioning;
import io.barnabas.broker.Topics;
import io.barnabas.group.GroupCoordinator;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;

/**
 * What consumer instances work with.
 *
 * @param timers ends waits; nothing else runs on its thread
 * @param workers run the instances' turns, which never block
 * @param nanoTime measures waits
 */
record Services(
        GroupCoordinator coordinator,
        Topics topics,
        Fetching fetching,
        Positioning positioning,
        ConsumerSettings settings,
        ScheduledExecutorService timers,
        Executor workers,
        LongSupplier nanoTime) {}
