package io.barnabas.testing;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;

/**
 * A whole cluster on loopback, each server a process of its own: ZooKeeper, bookies when there are any, and nodes of the
 * built jar. Nodes are numbered from 0, keep their port and their folder over a restart, and are started beside each
 * other. Confined to one thread.
 */
public final class ProcessCluster implements AutoCloseable {
    private final Path directory;
    private final Map<String, String> settings;
    private final List<String> jvmOptions;
    private final ZooKeeperEnsemble zooKeeper;
    private final List<BookieProcess> bookies = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();
    private final List<BarnabasProcess> nodes = new ArrayList<>();

    /** Null when processes see each other directly. */
    private RelayedNetwork network;

    private ProcessCluster(Setup setup) {
        directory = setup.directory;
        settings = Map.copyOf(setup.settings);
        jvmOptions = List.copyOf(setup.jvmOptions);
        zooKeeper = ZooKeeperEnsemble.start(directory.resolve("ensemble"), setup.zooKeepers);
        try {
            if (setup.relayed) {
                network = new RelayedNetwork(directory.resolve("hosts"), setup.nodes, setup.bookies);
            }
            startBookies(setup.bookies);
            startNodes(setup.nodes);
        } catch (RuntimeException | AssertionError e) {
            close();
            throw e;
        }
    }

    /** A cluster yet to be started, with its data in this folder. */
    public static Setup in(Path directory) {
        return new Setup(directory);
    }

    public ZooKeeperEnsemble zooKeeper() {
        return zooKeeper;
    }

    public BookieProcess bookie(int index) {
        return bookies.get(index);
    }

    public int bookieCount() {
        return bookies.size();
    }

    /** Starts a bookie again that was killed, on its data. */
    public void restartBookie(int index) {
        bookies.set(index, bookies.get(index).restart());
    }

    /** What lies between the processes of a cluster that was set up so. */
    public RelayedNetwork network() {
        return requireNonNull(network, "this cluster is not relayed");
    }

    public BarnabasProcess node(int id) {
        return nodes.get(id);
    }

    public int nodeCount() {
        return nodes.size();
    }

    public Http http(int id) {
        return new Http(nodes.get(id).url());
    }

    /** Starts a node again that was stopped or killed, on its data and its port, and waits until it is ready. */
    public BarnabasProcess restart(int id) {
        nodes.get(id).close();
        BarnabasProcess again = startNode(id);
        nodes.set(id, again);
        return again;
    }

    /** Starts one more node and waits until it is ready. */
    public BarnabasProcess addNode() {
        if (network != null) {
            throw new IllegalStateException("the nodes of a relayed cluster are those that it began with");
        }
        int id = nodes.size();
        ports.add(FreePort.next());
        nodes.add(startNode(id));
        return nodes.get(id);
    }

    @Override
    public void close() {
        nodes.forEach(BarnabasProcess::close);
        bookies.forEach(BookieProcess::close);
        zooKeeper.close();
        if (network != null) {
            network.close();
        }
    }

    private void startBookies(int count) {
        if (count > 0) {
            BookieProcess.prepare(zooKeeper.connect(), zooKeeper.server(0));
        }
        bookies.addAll(together(
                count,
                index -> BookieProcess.start(
                        directory.resolve("bookie-" + index),
                        zooKeeper.connect(),
                        network == null ? BookieProcess.Host.LOOPBACK : network.bookieHost(index),
                        FreePort.next())));
    }

    private void startNodes(int count) {
        for (int id = 0; id < count; id++) {
            ports.add(FreePort.next());
        }
        if (network != null) {
            network.open(
                    zooKeeper.clientPorts(),
                    bookies.stream().map(BookieProcess::port).toList(),
                    ports);
        }
        nodes.addAll(together(count, this::startNode));
    }

    /** What it prints is kept beside its data. */
    private BarnabasProcess startNode(int id) {
        BarnabasProcess node = setup(id).start();
        node.process().copyOutputTo(directory.resolve("node-" + id + ".log"));
        return node;
    }

    private BarnabasProcess.Setup setup(int id) {
        int port = ports.get(id);
        BarnabasProcess.Setup setup = BarnabasProcess.at(directory.resolve("node-" + id))
                .onPort(port)
                .with("barnabas.node.id", Integer.toString(id))
                .with("barnabas.node.url", "http://127.0.0.1:" + port)
                .with("barnabas.zookeeper.connect", zooKeeper.connect());
        settings.forEach(setup::with);
        jvmOptions.forEach(setup::withJvmOption);
        if (network != null) {
            network.configure(id, setup);
        }
        return setup;
    }

    /** Starts several at once; when one fails, those that have started are ended. */
    private static <T extends AutoCloseable> List<T> together(int count, IntFunction<T> start) {
        ExecutorService starters = Executors.newFixedThreadPool(Math.max(1, count));
        try {
            List<CompletableFuture<T>> starting = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int index = i;
                starting.add(CompletableFuture.supplyAsync(() -> start.apply(index), starters));
            }
            CompletableFuture<Void> all = CompletableFuture.allOf(starting.toArray(CompletableFuture[]::new));
            all.exceptionally(failure -> null).join();
            if (all.isCompletedExceptionally()) {
                starting.forEach(ProcessCluster::end);
            }
            return starting.stream().map(CompletableFuture::join).toList();
        } finally {
            starters.shutdown();
        }
    }

    private static <T extends AutoCloseable> void end(CompletableFuture<T> started) {
        if (started.isCompletedExceptionally()) {
            return;
        }
        try {
            started.join().close();
        } catch (Exception e) {
            throw new IllegalStateException("a started process could not be ended", e);
        }
    }

    /** How a cluster is to be started; confined to one thread. */
    public static final class Setup {
        private final Path directory;
        private final Map<String, String> settings = new TreeMap<>();
        private final List<String> jvmOptions = new ArrayList<>();
        private int zooKeepers = 1;
        private int bookies;
        private int nodes = 3;
        private boolean relayed;

        private Setup(Path directory) {
            this.directory = directory;
            settings.put("barnabas.zookeeper.session-timeout-ms", "6s");
        }

        public Setup zooKeepers(int count) {
            zooKeepers = count;
            return this;
        }

        /** With bookies the nodes keep their logs there. */
        public Setup bookies(int count) {
            bookies = count;
            settings.put("barnabas.engine", count == 0 ? "local" : "bookkeeper");
            return this;
        }

        public Setup nodes(int count) {
            nodes = count;
            return this;
        }

        /** A setting of every node. */
        public Setup with(String setting, String value) {
            settings.put(setting, value);
            return this;
        }

        /** An option of the JVM of every node, after those that tests have. */
        public Setup withJvmOption(String option) {
            jvmOptions.add(option);
            return this;
        }

        /** What nodes ask of ZooKeeper, bookies and each other goes over a network that can be cut. */
        public Setup relayed() {
            relayed = true;
            return this;
        }

        /** Starts everything and waits until all nodes are ready. */
        public ProcessCluster start() {
            return new ProcessCluster(this);
        }
    }
}
