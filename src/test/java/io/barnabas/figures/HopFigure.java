package io.barnabas.figures;

import static org.awaitility.Awaitility.await;

import io.barnabas.record.Compression;
import io.barnabas.testing.Batches;
import io.barnabas.testing.Directories;
import io.barnabas.testing.Http;
import io.barnabas.testing.ProcessCluster;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What the hop costs when a request comes to a node that does not own the partition: the same batches written and read
 * through the owner and through the other node, in turn.
 */
@Command(
        name = "hop",
        description = "Batches through the owner and through another node, two nodes with logs of their own.")
final class HopFigure implements Callable<Integer> {
    private static final String MEDIA_TYPE = "application/vnd.barnabas.batches";
    private static final int RECORDS = 256;
    private static final int RECORD_BYTES = 1_000;

    @Option(names = "--rounds", defaultValue = "5")
    private int rounds;

    @Option(names = "--warm-up", defaultValue = "3", description = "rounds before those, not counted")
    private int warmUp;

    @Option(
            names = "--warm-up-requests",
            defaultValue = "15000",
            description = "small ones before all rounds, written and read through each node: a server that has just"
                    + " started compiles for longer than the rounds last")
    private int warmUpRequests;

    @Option(names = "--batches", defaultValue = "2000", description = "of 256 KiB in each trial")
    private int batches;

    @Option(names = "--in-flight", defaultValue = "4", description = "requests at a time")
    private int inFlight;

    @Option(names = "--acks", defaultValue = "leader")
    private String acks;

    private NodesCpu cpu;

    /** Processor time of both nodes and of this process, which is the client. */
    private record NodesCpu(long ownerPid, long otherPid) {
        double[] seconds() {
            return new double[] {
                seconds(ownerPid),
                seconds(otherPid),
                seconds(ProcessHandle.current().pid())
            };
        }

        private static double seconds(long pid) {
            return ProcessHandle.of(pid)
                            .flatMap(process -> process.info().totalCpuDuration())
                            .orElseThrow()
                            .toMillis()
                    / 1e3;
        }
    }

    @Override
    public Integer call() throws Exception {
        Path folder = Files.createTempDirectory("hop");
        try (ProcessCluster cluster = ProcessCluster.in(folder)
                .nodes(2)
                .withJvmOption("-XX:TieredStopAtLevel=4") // as servers run that are not started for a test
                .withJvmOption("-Xmx1g")
                .start()) {
            Figures.createTopic(cluster, 1);
            await().atMost(Figures.PATIENCE)
                    .until(() -> Figures.owners(cluster.http(0)).size() == 1);
            int owner = Figures.owners(cluster.http(0)).get(0);
            cpu = new NodesCpu(
                    cluster.node(owner).process().pid(),
                    cluster.node(1 - owner).process().pid());
            measure(cluster.http(owner), cluster.http(1 - owner));
            return 0;
        } finally {
            Directories.delete(folder);
        }
    }

    private void measure(Http owner, Http other) {
        double[] written = new double[rounds];
        double[] read = new double[rounds];
        for (Http node : List.of(owner, other)) {
            byte[] small = body(1);
            rate(warmUpRequests, 1, number -> written(node, small), node);
            rate(
                    warmUpRequests,
                    1,
                    number ->
                            node.request(path("?max_bytes=1&offset=" + number)).GET(),
                    node);
        }
        long offset = 2L * warmUpRequests;
        for (int round = -warmUp; round < rounds; round++) {
            double direct = write(owner);
            double forwarded = write(other);
            double readDirect = read(owner, offset);
            double readForwarded = read(other, offset);
            offset += 2L * batches * RECORDS;
            if (round >= 0) {
                written[round] = forwarded / direct;
                read[round] = readForwarded / readDirect;
                Figures.OUT.printf(
                        Locale.ROOT,
                        "round %d  written %4.0f and %4.0f MB/s  read %4.0f and %4.0f MB/s  (owner, other)%n",
                        round + 1,
                        direct,
                        forwarded,
                        readDirect,
                        readForwarded);
            }
        }
        print("written through the other over the owner", written);
        print("read through the other over the owner", read);
    }

    private static void print(String what, double[] ratios) {
        double[] sorted = ratios.clone();
        Arrays.sort(sorted);
        Figures.OUT.printf(
                Locale.ROOT,
                "%-44s median %.2f (%.2f .. %.2f)%n",
                what,
                sorted[sorted.length / 2],
                sorted[0],
                sorted[sorted.length - 1]);
    }

    /** MB of values a second. */
    private double write(Http node) {
        byte[] body = body(RECORDS);
        return rate(batches, RECORDS, number -> written(node, body), node);
    }

    private HttpRequest.Builder written(Http node, byte[] body) {
        return node.request(path("?acks=" + acks))
                .header("Content-Type", MEDIA_TYPE)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    }

    /** Of this minute, or retention takes it while it is read. */
    private static byte[] body(int records) {
        ByteBuffer batch = Batches.at(
                System.currentTimeMillis(),
                Compression.NONE,
                IntStream.range(0, records)
                        .mapToObj(number -> "v".repeat(RECORD_BYTES))
                        .toArray(String[]::new));
        byte[] body = new byte[batch.remaining()];
        batch.get(body);
        return body;
    }

    /** What the round has written, as much as one {@link #write}: from where it began. */
    private double read(Http node, long from) {
        return rate(
                batches,
                RECORDS,
                number -> node.request(path("?max_bytes=" + (RECORDS * RECORD_BYTES) + "&offset="
                                + (from + (long) number * RECORDS)))
                        .GET(),
                node);
    }

    private static void printCpu(double[] before, double[] after, double gigabytes) {
        Figures.OUT.printf(
                Locale.ROOT,
                "  CPU s a GB: owner %.2f  other %.2f  client %.2f%n",
                (after[0] - before[0]) / gigabytes,
                (after[1] - before[1]) / gigabytes,
                (after[2] - before[2]) / gigabytes);
    }

    private static String path(String query) {
        return "topics/" + Figures.TOPIC + "/partitions/0/batches" + query;
    }

    private interface Requests {
        HttpRequest.Builder request(int number);
    }

    private double rate(int count, int recordsEach, Requests requests, Http node) {
        Deque<CompletableFuture<Http.Answer>> underWay = new ArrayDeque<>();
        double[] before = cpu.seconds();
        long start = System.nanoTime();
        for (int number = 0; number < count; number++) {
            if (underWay.size() == inFlight) {
                underWay.remove().join().expect(200);
            }
            underWay.add(node.sendAsync(requests.request(number)));
        }
        underWay.forEach(answer -> answer.join().expect(200));
        double seconds = (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1);
        double megabytes = (double) count * recordsEach * RECORD_BYTES / 1e6;
        printCpu(before, cpu.seconds(), megabytes / 1e3);
        return megabytes / seconds;
    }
}
