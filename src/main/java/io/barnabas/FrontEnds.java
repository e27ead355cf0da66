package io.barnabas;

import io.barnabas.broker.ClientEvents;
import io.barnabas.broker.consumer.ConsumerInstances;
import io.barnabas.broker.consumer.ConsumerRequests;
import io.barnabas.broker.consumer.Consumers;
import io.barnabas.broker.consumer.RoutedConsumers;
import io.barnabas.broker.format.Json;
import io.barnabas.broker.subscription.Subscriptions;
import io.barnabas.group.ExecutorTimers;
import io.barnabas.rest.Bodies;
import io.barnabas.rest.Offsets;
import io.barnabas.rest.Responders;
import io.barnabas.websocket.Sockets;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;

/** What HTTP and WebSocket are made of, over a node's use cases. Built once, when these are there. */
final class FrontEnds {
    private final Json json;
    private final Responders responders;
    private final Bodies bodies;
    private final Offsets offsets;
    private final ConsumerInstances instances;
    private final ConsumerRequests consumerRequests;
    private final Consumers consumers;
    private final Sockets sockets;

    FrontEnds(
            BarnabasSettings settings,
            Node node,
            NodeThreads threads,
            ScheduledExecutorService timer,
            ClientEvents events) {
        UseCases useCases = node.useCases();
        json = new Json(settings.json());
        responders = new Responders(threads.pool("answer", settings.rest().responderThreads()));
        bodies = new Bodies(settings.rest());
        offsets = new Offsets(useCases.positioning());
        Supplier<String> names = () -> UUID.randomUUID().toString();
        instances = new ConsumerInstances(
                node.coordination().own(),
                useCases.topics(),
                useCases.fetching(),
                useCases.positioning(),
                settings.consumer(),
                timer,
                threads.pool("consumer", 2),
                System::nanoTime,
                names);
        consumerRequests = new ConsumerRequests(instances, settings.consumer(), timer);
        consumers = new RoutedConsumers(
                instances, node.coordination().route(), settings.broker().maxFetchWaitMs(), System::nanoTime, names);
        useCases.coordinator().whenUnloaded(instances::moved);
        useCases.coordinator().whenViewChanged(consumerRequests::viewChanged);
        Subscriptions subscriptions = new Subscriptions(
                useCases.topics(),
                useCases.fetching(),
                useCases.positioning(),
                useCases.coordinator(),
                settings.subscription(),
                new ExecutorTimers(timer),
                System::nanoTime);
        sockets = new Sockets(
                settings.webSocket(),
                subscriptions,
                useCases.producing(),
                json,
                settings.records(),
                threads.pool("socket", 4),
                timer,
                System::nanoTime,
                events);
    }

    void start() {
        sockets.start();
    }

    /** Tells sockets that the node goes; takes no new ones. */
    void drain() {
        sockets.drain();
    }

    /** Closes what is still open. */
    void close() throws InterruptedException {
        sockets.close();
        instances.close();
    }

    Json json() {
        return json;
    }

    Responders responders() {
        return responders;
    }

    Bodies bodies() {
        return bodies;
    }

    Offsets offsets() {
        return offsets;
    }

    /** Instances, wherever they work. */
    Consumers consumers() {
        return consumers;
    }

    ConsumerRequests consumerRequests() {
        return consumerRequests;
    }

    Sockets sockets() {
        return sockets;
    }
}
