package io.barnabas.load;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Where the servers are, and those of them that were started for this run. Confined to one thread. */
final class Servers implements Closeable {
    private final LoadOptions options;
    private final List<Server> started = new ArrayList<>();
    private BarnabasNodes barnabas;
    private String kafka;

    private Servers(LoadOptions options) {
        this.options = options;
    }

    /** Starts what the options say; closing ends it. */
    static Servers start(LoadOptions options) throws IOException, InterruptedException {
        Servers servers = new Servers(options);
        try {
            servers.start();
            return servers;
        } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
            servers.close();
            throw e;
        }
    }

    BarnabasNodes barnabas() {
        if (barnabas == null) {
            throw new IllegalArgumentException("this target needs --url or --start-barnabas");
        }
        return barnabas;
    }

    String kafka() {
        if (kafka == null) {
            throw new IllegalArgumentException("this target needs --bootstrap or --start-kafka");
        }
        return kafka;
    }

    @Override
    public void close() throws IOException {
        for (Server server : started) {
            server.close();
        }
    }

    private void start() throws IOException, InterruptedException {
        if (!options.urls.isEmpty()) {
            barnabas = new BarnabasNodes(
                    options.urls.stream().map(BarnabasUrl::parse).toList());
        } else if (options.startBarnabas) {
            Server server = BarnabasServer.start(
                    options.barnabasJar, options.serverHeap, options.barnabasSettings, options.workDir);
            started.add(server);
            barnabas = BarnabasNodes.one(new BarnabasUrl("127.0.0.1", server.port(), ""));
        }
        if (options.bootstrap != null) {
            kafka = options.bootstrap;
        } else if (options.startKafka) {
            Server server = KafkaServer.start(
                    options.kafkaJars,
                    System.getProperty("load.kafka.version", "4.3.1"),
                    System.getProperty("load.maven", "mvn"),
                    options.serverHeap,
                    options.workDir);
            started.add(server);
            kafka = "127.0.0.1:" + server.port();
        }
    }
}
