package io.barnabas;

import io.barnabas.broker.BrokerSettings;
import io.barnabas.broker.ClientEvents;
import io.barnabas.broker.Fetching;
import io.barnabas.broker.Groups;
import io.barnabas.broker.Partitions;
import io.barnabas.broker.Positioning;
import io.barnabas.broker.Producing;
import io.barnabas.broker.Topics;
import io.barnabas.broker.consumer.Consumers;
import io.barnabas.broker.format.Json;
import io.barnabas.broker.format.RecordsLimits;
import io.barnabas.cluster.Cluster;
import io.barnabas.group.GroupCoordinator;
import io.barnabas.metrics.NodeMetrics;
import io.barnabas.rest.Bodies;
import io.barnabas.rest.NodeStatus;
import io.barnabas.rest.Offsets;
import io.barnabas.rest.Responders;
import io.barnabas.rest.RestSettings;
import io.barnabas.websocket.Sockets;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Clock;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.metrics.MetricRegistry;

/**
 * Gives what the {@link Node} is made of to whoever has it injected.
 *
 * <p>Objects are produced as {@code @Singleton}: their classes stay final and plain, and no proxy stands between a
 * record and the log. Those that need a started node are asked for by front ends, which serve nothing before.
 */
@ApplicationScoped
class BarnabasAssembly {
    @Produces
    @Singleton
    BarnabasSettings settings(Config config) {
        SettingNames names = SettingNames.packed();
        names.refuseUnknown(config.getPropertyNames(), System.getenv());
        return BarnabasSettings.read(new SettingsReader(name -> config.getOptionalValue(name, String.class)));
    }

    @Produces
    @Singleton
    NodeMetrics metrics(BarnabasSettings settings, MetricRegistry registry) {
        return new NodeMetrics(registry, settings.metrics());
    }

    @Produces
    @Singleton
    ClientEvents clientEvents(Node node) {
        return node.clientEvents();
    }

    @Produces
    @Singleton
    Node node(BarnabasSettings settings, HttpAddress address, NodeMetrics metrics) {
        return new Node(
                settings,
                settings.nodeUrl().orElseGet(() -> hostUrl(address)),
                new NodeThreads(BarnabasAssembly.class.getClassLoader()),
                Clock.systemUTC(),
                metrics);
    }

    private static URI hostUrl(HttpAddress address) {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "localhost"; // a machine that does not know its own name is alone
        }
        return URI.create("http://" + host + ":" + address.port());
    }

    @Produces
    @Singleton
    Parts parts(Node node) {
        return node.parts();
    }

    @Produces
    @Singleton
    Cluster cluster(Node node) {
        return node.cluster();
    }

    @Produces
    @Singleton
    GroupCoordinator coordinator(Node node) {
        return node.useCases().coordinator();
    }

    @Produces
    @Singleton
    Topics topics(Node node) {
        return node.useCases().topics();
    }

    @Produces
    @Singleton
    Partitions partitions(Node node) {
        return node.useCases().partitions();
    }

    @Produces
    @Singleton
    NodeStatus.Source nodeStatus(Node node) {
        String version = ProgramVersion.read();
        return () -> node.status(version);
    }

    @Produces
    @Singleton
    Producing producing(Node node) {
        return node.useCases().producing();
    }

    @Produces
    @Singleton
    Fetching fetching(Node node) {
        return node.useCases().fetching();
    }

    @Produces
    @Singleton
    Groups groups(Node node) {
        return node.useCases().groups();
    }

    @Produces
    @Singleton
    Positioning positioning(Node node) {
        return node.useCases().positioning();
    }

    @Produces
    @Singleton
    BrokerSettings brokerSettings(BarnabasSettings settings) {
        return settings.broker();
    }

    @Produces
    @Singleton
    RecordsLimits recordsLimits(BarnabasSettings settings) {
        return settings.records();
    }

    @Produces
    @Singleton
    RestSettings restSettings(BarnabasSettings settings) {
        return settings.rest();
    }

    @Produces
    @Singleton
    Json json(Node node) {
        return node.frontEnds().json();
    }

    @Produces
    @Singleton
    Responders responders(Node node) {
        return node.frontEnds().responders();
    }

    @Produces
    @Singleton
    Bodies bodies(Node node) {
        return node.frontEnds().bodies();
    }

    @Produces
    @Singleton
    Offsets offsets(Node node) {
        return node.frontEnds().offsets();
    }

    @Produces
    @Singleton
    Consumers consumers(Node node) {
        return node.frontEnds().consumers();
    }

    @Produces
    @Singleton
    Sockets sockets(Node node) {
        return node.frontEnds().sockets();
    }
}
