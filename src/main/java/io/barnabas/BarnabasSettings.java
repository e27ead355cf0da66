package io.barnabas;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.BrokerSettings;
import io.barnabas.broker.consumer.ConsumerSettings;
import io.barnabas.broker.format.JsonLimits;
import io.barnabas.broker.format.RecordsLimits;
import io.barnabas.broker.group.RoutingSettings;
import io.barnabas.broker.peer.PeerSettings;
import io.barnabas.broker.subscription.SubscriptionSettings;
import io.barnabas.cluster.ClusterLimits;
import io.barnabas.cluster.ClusterSecret;
import io.barnabas.cluster.MoveSettings;
import io.barnabas.group.GroupSettings;
import io.barnabas.log.EmbeddedLogSettings;
import io.barnabas.log.bookkeeper.BookKeeperSettings;
import io.barnabas.metrics.MetricsSettings;
import io.barnabas.rest.RestSettings;
import io.barnabas.websocket.WebSocketSettings;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Every setting of a node, read once at start.
 *
 * <p>What a room needs is a record of its own in that room's package, filled by {@link SettingsBinder}; this record
 * holds it. A new setting is a component of such a record and a line in {@code META-INF/microprofile-config.properties};
 * a test fails on one without the other.
 *
 * @param dataDir {@code barnabas.data.dir}: where everything durable lies, absolute
 * @param nodeId {@code barnabas.node.id}: this node's number in the cluster
 * @param nodeUrl {@code barnabas.node.url}: where other nodes reach this one; absent: {@code http://host-name:port}
 * @param nodeZone {@code barnabas.node.zone}: where this node stands; empty when all stand in one place
 * @param drainWaitMs {@code barnabas.node.drain-wait-ms}: how long a stop waits for others to take what this node has
 * @param lingerMs {@code barnabas.node.linger-ms}: how long a node that has drained answers those who are connected
 * @param engine {@code barnabas.engine}: where logs are stored
 * @param exitOnFailure {@code barnabas.start.exit-on-failure}: whether a start that fails ends the process
 * @param responderThreads {@code barnabas.node.responder-threads}: threads that turn what the log answered into answers
 * @param clusterSecret {@code barnabas.cluster.secret}: what nodes show each other; absent: the cluster makes its own
 * @param refusalLogIntervalMs {@code barnabas.node.refusal-log-interval-ms}: how often each kind of refusal is logged
 * @param zookeeper {@code barnabas.zookeeper.*}
 * @param moves {@code barnabas.move.*}
 * @param limits {@code barnabas.cluster.max-*}
 * @param log {@code barnabas.log.*}
 * @param bookkeeper {@code barnabas.bookkeeper.*}
 * @param group {@code barnabas.group.*}
 * @param coordinator {@code barnabas.coordinator.*}
 * @param broker {@code barnabas.broker.*}
 * @param peer {@code barnabas.peer.*}
 * @param records {@code barnabas.produce.*}
 * @param json {@code barnabas.json.*}
 * @param consumer {@code barnabas.consumer.*}
 * @param subscription {@code barnabas.subscription.*}
 * @param rest {@code barnabas.rest.*}
 * @param webSocket {@code barnabas.websocket.*}
 * @param metrics {@code barnabas.metrics.*}
 * @param health {@code barnabas.health.*}
 */
record BarnabasSettings(
        Path dataDir,
        int nodeId,
        Optional<URI> nodeUrl,
        String nodeZone,
        long drainWaitMs,
        long lingerMs,
        Engine engine,
        ExitOnFailure exitOnFailure,
        int responderThreads,
        int refusalLogIntervalMs,
        Optional<ClusterSecret> clusterSecret,
        ZooKeeperSettings zookeeper,
        MoveSettings moves,
        ClusterLimits limits,
        EmbeddedLogSettings log,
        BookKeeperSettings bookkeeper,
        GroupSettings group,
        RoutingSettings coordinator,
        BrokerSettings broker,
        PeerSettings peer,
        RecordsLimits records,
        JsonLimits json,
        ConsumerSettings consumer,
        SubscriptionSettings subscription,
        RestSettings rest,
        WebSocketSettings webSocket,
        MetricsSettings metrics,
        HealthSettings health) {
    BarnabasSettings {
        requireNonNull(dataDir, "dataDir");
        requireNonNull(nodeUrl, "nodeUrl");
        requireNonNull(engine, "engine");
        requireNonNull(exitOnFailure, "exitOnFailure");
    }

    /** Where logs are stored. */
    enum Engine {
        /** Segment files on this node's disk. */
        LOCAL,
        /** Ledgers on Apache BookKeeper's storage nodes. */
        BOOKKEEPER
    }

    /** Whether a start that fails ends the process. */
    enum ExitOnFailure {
        /** When it runs in Payara Micro, which would otherwise stay up and answer nothing but 500. */
        AUTO,
        ALWAYS,
        NEVER
    }

    /**
     * Reads every setting.
     *
     * @throws SettingsException that names the setting, its value and what is expected
     */
    static BarnabasSettings read(SettingsReader settings) {
        SettingsBinder binder = new SettingsBinder(settings);
        return new BarnabasSettings(
                directory("barnabas.data.dir", settings),
                settings.integer("barnabas.node.id", 0, Integer.MAX_VALUE),
                settings.optionalHttpUrl("barnabas.node.url"),
                settings.optionalText("barnabas.node.zone").orElse(""),
                settings.durationMs("barnabas.node.drain-wait-ms", 0, 3_600_000),
                settings.durationMs("barnabas.node.linger-ms", 0, 3_600_000),
                settings.oneOf("barnabas.engine", Engine.class),
                settings.oneOf("barnabas.start.exit-on-failure", ExitOnFailure.class),
                settings.integer("barnabas.node.responder-threads", 1, 1_000),
                (int) settings.durationMs("barnabas.node.refusal-log-interval-ms", 0, Integer.MAX_VALUE),
                settings.optionalText("barnabas.cluster.secret").map(ClusterSecret::of),
                binder.bind("barnabas.zookeeper.", ZooKeeperSettings.class),
                binder.bind("barnabas.move.", MoveSettings.class),
                binder.bind("barnabas.cluster.max-", ClusterLimits.class),
                binder.bind("barnabas.log.", EmbeddedLogSettings.class),
                binder.bind("barnabas.bookkeeper.", BookKeeperSettings.class),
                binder.bind("barnabas.group.", GroupSettings.class),
                binder.bind("barnabas.coordinator.", RoutingSettings.class),
                binder.bind("barnabas.broker.", BrokerSettings.class),
                binder.bind("barnabas.peer.", PeerSettings.class),
                binder.bind("barnabas.produce.", RecordsLimits.class),
                binder.bind("barnabas.json.", JsonLimits.class),
                binder.bind("barnabas.consumer.", ConsumerSettings.class),
                binder.bind("barnabas.subscription.", SubscriptionSettings.class),
                binder.bind("barnabas.rest.", RestSettings.class),
                binder.bind("barnabas.websocket.", WebSocketSettings.class),
                binder.bind("barnabas.metrics.", MetricsSettings.class),
                binder.bind("barnabas.health.", HealthSettings.class));
    }

    private static Path directory(String name, SettingsReader settings) {
        String value = settings.text(name);
        try {
            return Path.of(value).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new SettingsException(name + "='" + value + "': expected the path of a folder");
        }
    }
}
