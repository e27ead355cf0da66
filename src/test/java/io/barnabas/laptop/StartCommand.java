package io.barnabas.laptop;

import io.barnabas.testing.BarnabasProcess;
import io.barnabas.testing.BookieProcess;
import io.barnabas.testing.ChildProcess;
import io.barnabas.testing.ZooKeeperProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts a cluster, on the data of an earlier one if there is some, and stays until it is stopped. */
@Command(name = "start", description = "Starts the cluster and stays.", mixinStandardHelpOptions = true)
final class StartCommand implements Callable<Integer> {
    private static final int ZOOKEEPER_PORT_OFFSET = 4_101;
    private static final int BOOKIE_PORT_OFFSET = 5_101;

    @Option(names = "--directory", defaultValue = "target/cluster", description = "Data and logs: ${DEFAULT-VALUE}.")
    private Path directory;

    @Option(names = "--nodes", defaultValue = "3", description = "Nodes of Barnabas: ${DEFAULT-VALUE}.")
    private int nodeCount;

    @Option(names = "--bookies", defaultValue = "3", description = "Bookies: ${DEFAULT-VALUE}; 0: engine=local.")
    private int bookieCount;

    @Option(
            names = "--port",
            defaultValue = "8080",
            description = "The first node's port, the others have the next ones: ${DEFAULT-VALUE}.")
    private int port;

    /** What runs; added to by the threads that start, read by the one that ends it all. */
    private final List<ChildProcess> nodes = new CopyOnWriteArrayList<>();

    private final List<ChildProcess> bookies = new CopyOnWriteArrayList<>();
    private final List<ChildProcess> zooKeeper = new CopyOnWriteArrayList<>();

    @Override
    public Integer call() throws Exception {
        requireBuilt();
        Files.createDirectories(directory);
        PidFile pids = new PidFile(directory);
        if (!pids.living().isEmpty()) {
            System.err.println("A cluster runs in " + directory + " already; stop it first");
            return 1;
        }
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            end();
                            pids.delete();
                            stopped.countDown();
                        },
                        "end of the cluster"));
        try {
            start(pids);
        } catch (AssertionError | CompletionException e) { // what a process says when it does not become ready
            System.err.println(e.getMessage());
            return 1;
        }
        tell();
        stopped.await();
        return 0;
    }

    private static void requireBuilt() throws IOException {
        Path jar = Path.of(System.getProperty("built.jar", "target/barnabas.jar"));
        if (!Files.isRegularFile(jar)) {
            throw new IOException(jar + " is not there; build it with: mvn -DskipTests package");
        }
    }

    private void start(PidFile pids) {
        int zooKeeperPort = port + ZOOKEEPER_PORT_OFFSET;
        System.out.println("Starting ZooKeeper ...");
        ZooKeeperProcess server = ZooKeeperProcess.start(directory.resolve("zookeeper"), zooKeeperPort);
        keep(server.process(), "zookeeper", zooKeeper);
        remember(pids);
        if (bookieCount > 0) {
            System.out.println("Starting " + bookieCount + " bookies ...");
            BookieProcess.prepare(server.connect(), server.process());
            together(bookieCount, index -> bookie(index, server.connect()));
            remember(pids);
        }
        System.out.println("Starting " + nodeCount + " nodes ...");
        together(nodeCount, id -> node(id, server.connect()));
        remember(pids);
    }

    private void bookie(int index, String connect) {
        String name = "bookie-" + index;
        keep(
                BookieProcess.start(directory.resolve(name), connect, port + BOOKIE_PORT_OFFSET + index)
                        .process(),
                name,
                bookies);
    }

    private void node(int id, String connect) {
        String name = "node-" + id;
        keep(
                BarnabasProcess.at(directory.resolve(name).toAbsolutePath())
                        .onPort(port + id)
                        .with("barnabas.node.id", Integer.toString(id))
                        .with("barnabas.node.url", "http://127.0.0.1:" + (port + id))
                        .with("barnabas.zookeeper.connect", connect)
                        .with("barnabas.engine", bookieCount > 0 ? "bookkeeper" : "local")
                        .with("barnabas.bookkeeper.ensemble-size", Integer.toString(copies()))
                        .with("barnabas.bookkeeper.write-quorum", Integer.toString(copies()))
                        .with("barnabas.bookkeeper.ack-quorum", Integer.toString(copies() / 2 + 1))
                        .withJvmOption("-XX:TieredStopAtLevel=4")
                        .start()
                        .process(),
                name,
                nodes);
    }

    /** Three where there are so many bookies. */
    private int copies() {
        return Math.max(1, Math.min(3, bookieCount));
    }

    private void keep(ChildProcess process, String name, List<ChildProcess> group) {
        group.add(process);
        process.copyOutputTo(directory.resolve(name + ".log"));
    }

    private void remember(PidFile pids) {
        List<Long> ids = new ArrayList<>(List.of(ProcessHandle.current().pid()));
        inOrderOfEnd().forEach(process -> ids.add(process.pid()));
        pids.write(ids);
    }

    /** Nodes hand their partitions over while storage and ZooKeeper are still there. */
    private List<ChildProcess> inOrderOfEnd() {
        List<ChildProcess> all = new ArrayList<>(nodes);
        all.addAll(bookies);
        all.addAll(zooKeeper);
        return all;
    }

    private void end() {
        try {
            end(nodes);
            end(bookies);
            end(zooKeeper);
        } finally {
            inOrderOfEnd().forEach(ChildProcess::close);
        }
    }

    /** All at once: one that waits for another would wait for long. */
    private static void end(List<ChildProcess> group) {
        group.forEach(process -> ProcessHandle.of(process.pid()).ifPresent(ProcessHandle::destroy));
        group.forEach(ChildProcess::awaitExit);
    }

    private void tell() {
        System.out.println();
        for (int id = 0; id < nodeCount; id++) {
            System.out.println("  node " + id + "      http://localhost:" + (port + id) + "/");
        }
        System.out.println("  ZooKeeper   127.0.0.1:" + (port + ZOOKEEPER_PORT_OFFSET));
        System.out.println("  data, logs  " + directory.toAbsolutePath());
        System.out.println();
        System.out.println("The cluster is ready. Ctrl-C stops it, and so does the command stop.");
    }

    private static void together(int count, IntConsumer start) {
        ExecutorService starters = Executors.newFixedThreadPool(count);
        try {
            List<CompletableFuture<Void>> starting = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int index = i;
                starting.add(CompletableFuture.runAsync(() -> start.accept(index), starters));
            }
            CompletableFuture.allOf(starting.toArray(CompletableFuture[]::new)).join();
        } finally {
            starters.shutdown();
        }
    }
}
