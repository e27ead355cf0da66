package io.barnabas.broker.subscription;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.Fetching;
import io.barnabas.broker.Positioning;
import io.barnabas.broker.Topics;
import io.barnabas.group.GroupCoordinator;
import io.barnabas.group.Timers;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/** Makes subscriptions. Thread-safe. */
public final class Subscriptions {
    private final RecordSource source;
    private final GroupCoordinator coordinator;
    private final SubscriptionSettings settings;

    /** @param timers tell those who follow a partition, when there are many; {@code nanoTime} is its clock */
    public Subscriptions(
            Topics topics,
            Fetching fetching,
            Positioning positioning,
            GroupCoordinator coordinator,
            SubscriptionSettings settings,
            Timers timers,
            LongSupplier nanoTime) {
        this(new BrokerRecords(topics, fetching, positioning, settings, timers, nanoTime), coordinator, settings);
    }

    Subscriptions(RecordSource source, GroupCoordinator coordinator, SubscriptionSettings settings) {
        this.source = requireNonNull(source, "source");
        this.coordinator = requireNonNull(coordinator, "coordinator");
        this.settings = requireNonNull(settings, "settings");
    }

    /**
     * A subscription that is not started yet.
     *
     * @param outlet called in {@code turns} alone
     * @param turns run one at a time, in order, as a {@link SerialExecutor} does
     */
    public Subscription open(SubscribeRequest request, Outlet outlet, Executor turns) {
        settings.requireCredit(0, request.credit());
        return request.group().isPresent()
                ? new GroupSubscription(request, source, coordinator, outlet, turns, settings)
                : new SoloSubscription(request, source, outlet, turns, settings);
    }
}
