package io.barnabas;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Every setting of a node, read once at start.
 *
 * <p>What a room needs is a record of its own in that room's package; this record holds it and {@link #read} fills it.
 * A new setting is a line in {@code META-INF/microprofile-config.properties} and a read of it here; a test fails on one
 * without the other.
 *
 * @param dataDir {@code barnabas.data.dir}: where everything durable lies, absolute
 * @param nodeId {@code barnabas.node.id}: this node's number in the cluster
 * @param nodeUrl {@code barnabas.node.url}: where other nodes reach this one; absent: {@code http://host-name:port}
 * @param zookeeperConnect {@code barnabas.zookeeper.connect}: an outside ensemble; absent: one of our own on loopback
 * @param engine {@code barnabas.engine}: where logs are stored
 * @param groupSingleTopic {@code barnabas.group.single-topic}: a group is bound to one topic
 * @param exitOnFailure {@code barnabas.start.exit-on-failure}: whether a start that fails ends the process
 */
public record BarnabasSettings(
        Path dataDir,
        int nodeId,
        Optional<URI> nodeUrl,
        Optional<String> zookeeperConnect,
        Engine engine,
        boolean groupSingleTopic,
        ExitOnFailure exitOnFailure) {
    public BarnabasSettings {
        requireNonNull(dataDir, "dataDir");
        requireNonNull(nodeUrl, "nodeUrl");
        requireNonNull(zookeeperConnect, "zookeeperConnect");
        requireNonNull(engine, "engine");
        requireNonNull(exitOnFailure, "exitOnFailure");
    }

    /** Where logs are stored. */
    public enum Engine {
        /** Segment files on this node's disk. */
        EMBEDDED
    }

    /** Whether a start that fails ends the process. */
    public enum ExitOnFailure {
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
    public static BarnabasSettings read(SettingsReader settings) {
        return new BarnabasSettings(
                directory("barnabas.data.dir", settings),
                settings.integer("barnabas.node.id", 0, Integer.MAX_VALUE),
                settings.optionalHttpUrl("barnabas.node.url"),
                settings.optionalText("barnabas.zookeeper.connect"),
                settings.oneOf("barnabas.engine", Engine.class),
                settings.bool("barnabas.group.single-topic"),
                settings.oneOf("barnabas.start.exit-on-failure", ExitOnFailure.class));
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
