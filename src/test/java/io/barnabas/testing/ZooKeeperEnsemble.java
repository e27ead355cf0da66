package io.barnabas.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * ZooKeeper servers that vote, each a process of its own on loopback: any majority of them serves. Servers are numbered
 * from 0. Confined to one thread.
 */
public final class ZooKeeperEnsemble implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofMinutes(1);

    /** Its log says nothing certain about being ready: that is asked of the server. */
    private static final Pattern SAYS_NOTHING = Pattern.compile("\\z.");

    private final Path directory;
    private final List<Ports> ports = new ArrayList<>();
    private final List<ChildProcess> servers = new ArrayList<>();

    private record Ports(int client, int peer, int election) {}

    private ZooKeeperEnsemble(Path directory, int count) {
        this.directory = directory;
        for (int i = 0; i < count; i++) {
            ports.add(new Ports(FreePort.next(), FreePort.next(), FreePort.next()));
        }
    }

    /** Starts so many servers and waits until each of them serves. */
    public static ZooKeeperEnsemble start(Path directory, int count) {
        ZooKeeperEnsemble ensemble = new ZooKeeperEnsemble(directory, count);
        for (int i = 0; i < count; i++) {
            ensemble.servers.add(ensemble.launch(i));
        }
        try {
            for (int i = 0; i < count; i++) {
                ensemble.awaitServing(i);
            }
        } catch (RuntimeException | AssertionError e) {
            ensemble.close();
            throw e;
        }
        return ensemble;
    }

    /** For {@code barnabas.zookeeper.connect}. */
    public String connect() {
        return ports.stream().map(each -> "127.0.0.1:" + each.client()).collect(Collectors.joining(","));
    }

    /** Where each server takes clients, in order. */
    public List<Integer> clientPorts() {
        return ports.stream().map(Ports::client).toList();
    }

    public ChildProcess server(int index) {
        return servers.get(index);
    }

    /** The server that leads the others now. */
    public int leader() {
        for (int i = 0; i < servers.size(); i++) {
            if (servers.get(i).alive()
                    && ZooKeeperMode.of(ports.get(i).client()).equals("leader")) {
                return i;
            }
        }
        throw new AssertionError("no server leads");
    }

    /** Starts a server again that was killed, on its data, and waits until it serves. */
    public void restart(int index) {
        servers.get(index).close();
        servers.set(index, launch(index));
        awaitServing(index);
    }

    @Override
    public void close() {
        servers.forEach(ChildProcess::close);
    }

    private void awaitServing(int index) {
        ZooKeeperMode.awaitServing(servers.get(index), ports.get(index).client(), START_TIMEOUT);
    }

    private ChildProcess launch(int index) {
        Path home = directory.resolve("zookeeper-" + index);
        Path config = home.resolve("zoo.cfg");
        try {
            Files.createDirectories(home.resolve("data"));
            Files.writeString(home.resolve("data").resolve("myid"), Integer.toString(index + 1));
            Files.write(config, settings(home));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ProcessBuilder builder = new ProcessBuilder(
                ChildProcess.java(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "org.apache.zookeeper.server.quorum.QuorumPeerMain",
                config.toString());
        return ChildProcess.start("zookeeper-" + index, builder, SAYS_NOTHING);
    }

    private List<String> settings(Path home) {
        List<String> lines = new ArrayList<>(List.of(
                "dataDir=" + home.resolve("data").toAbsolutePath(),
                "tickTime=500",
                "initLimit=20",
                "syncLimit=10",
                "maxClientCnxns=0",
                "standaloneEnabled=false",
                "admin.enableServer=false",
                "4lw.commands.whitelist=srvr"));
        for (int i = 0; i < ports.size(); i++) {
            Ports each = ports.get(i);
            lines.add("server." + (i + 1) + "=127.0.0.1:" + each.peer() + ":" + each.election() + ";127.0.0.1:"
                    + each.client());
        }
        return lines;
    }
}
