package io.barnabas.load;

import io.barnabas.testing.ChildProcess;
import io.barnabas.testing.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;

/**
 * Starts one node of Apache Kafka, broker and controller in one, on loopback. Its jars are copied by Maven once, as {@code
 * src/test/kafka/pom.xml} names them.
 */
final class KafkaServer {
    private static final Duration START_TIMEOUT = Duration.ofMinutes(2);
    private static final long COPY_MINUTES = 10;
    private static final Pattern FORMATTED = Pattern.compile("Formatting");
    private static final Pattern READY = Pattern.compile("Kafka Server started");

    private KafkaServer() {}

    /**
     * Starts it and waits until it is ready.
     *
     * @param jars folder for the jars, which are fetched when it does not exist
     * @param maven the command that runs Maven
     */
    static Server start(Path jars, String version, String maven, String heap, Path workDir)
            throws IOException, InterruptedException {
        fetch(jars, version, maven);
        Path dataDir = Files.createTempDirectory(workDir, "kafka-");
        int port = FreePort.next();
        Path settings =
                Files.writeString(dataDir.resolve("server.properties"), settings(dataDir, port, FreePort.next()));
        Path logging = Files.writeString(dataDir.resolve("log4j2.properties"), LOGGING);
        String classPath = jars.resolve("*").toString();
        List<String> format = List.of(
                ServerProcess.java(),
                "-cp",
                classPath,
                "kafka.tools.StorageTool",
                "format",
                "--standalone",
                "-t",
                Uuid.randomUuid().toString(),
                "-c",
                settings.toString());
        try (ChildProcess formatting = ChildProcess.start("format", new ProcessBuilder(format), FORMATTED)) {
            if (formatting.awaitExit() != 0) {
                throw new IOException("Kafka's folder could not be formatted: " + formatting.tail());
            }
        }
        List<String> serve = List.of(
                ServerProcess.java(),
                "-Xms" + heap,
                "-Xmx" + heap,
                "-XX:+UseG1GC",
                "-XX:MaxGCPauseMillis=20",
                "-XX:InitiatingHeapOccupancyPercent=35",
                "-Dlog4j2.configurationFile=" + logging.toUri(),
                "-cp",
                classPath,
                "kafka.Kafka",
                settings.toString());
        ChildProcess process = ChildProcess.start("kafka", new ProcessBuilder(serve), READY);
        ServerProcess server = new ServerProcess(process, dataDir, port);
        server.awaitReady(START_TIMEOUT);
        return server;
    }

    private static void fetch(Path jars, String version, String maven) throws IOException, InterruptedException {
        if (Files.isDirectory(jars)) {
            try (Stream<Path> there = Files.list(jars)) {
                if (there.findAny().isPresent()) {
                    return;
                }
            }
        }
        Process copying = new ProcessBuilder(
                        maven,
                        "-q",
                        "-B",
                        "-f",
                        "src/test/kafka/pom.xml",
                        "-Dkafka.version=" + version,
                        "-DoutputDirectory=" + jars.toAbsolutePath(),
                        "dependency:copy-dependencies")
                .inheritIO()
                .start();
        if (!copying.waitFor(COPY_MINUTES, TimeUnit.MINUTES)) {
            copying.destroy();
            throw new IOException("Kafka's jars were not there after " + COPY_MINUTES + " minutes");
        }
        if (copying.exitValue() != 0) {
            throw new IOException("Kafka's jars could not be fetched");
        }
    }

    /** The least that lets the line be seen by which it says that it is ready. */
    private static final String LOGGING = """
            rootLogger.level = WARN
            rootLogger.appenderRef.out.ref = out
            appender.out.type = Console
            appender.out.name = out
            appender.out.layout.type = PatternLayout
            appender.out.layout.pattern = %p %m%n
            logger.started.name = kafka.server.KafkaRaftServer
            logger.started.level = INFO
            """;

    private static String settings(Path dataDir, int port, int controllerPort) {
        return """
                process.roles=broker,controller
                node.id=1
                controller.quorum.bootstrap.servers=127.0.0.1:%2$d
                listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
                advertised.listeners=PLAINTEXT://127.0.0.1:%1$d
                controller.listener.names=CONTROLLER
                inter.broker.listener.name=PLAINTEXT
                listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
                log.dirs=%3$s
                auto.create.topics.enable=false
                offsets.topic.replication.factor=1
                offsets.topic.num.partitions=1
                transaction.state.log.replication.factor=1
                transaction.state.log.min.isr=1
                share.coordinator.state.topic.replication.factor=1
                share.coordinator.state.topic.min.isr=1
                group.initial.rebalance.delay.ms=0
                """.formatted(port, controllerPort, dataDir.resolve("log"));
    }
}
