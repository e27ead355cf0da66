package io.barnabas.load;

import io.barnabas.record.Acks;
import io.barnabas.record.Compression;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** What the command line says; filled in by picocli. Confined to one thread. */
final class LoadOptions {
    @Option(
            names = "--target",
            paramLabel = "KIND",
            defaultValue = "http-batches",
            description = {
                "http-json, http-batches, ws-json, ws-binary, kafka; sink-json or sink-batches for a path that keeps nothing. "
                        + "Default: ${DEFAULT-VALUE}"
            })
    TargetKind target;

    @Option(
            names = "--versus",
            paramLabel = "KIND",
            description = "a second target, whose rounds alternate with the first's")
    TargetKind versus;

    @Option(
            names = "--rounds",
            defaultValue = "1",
            description = "measured rounds; use 5 or more with --versus. Default: ${DEFAULT-VALUE}")
    int rounds;

    @Option(
            names = "--warm-up",
            defaultValue = "1",
            description = "rounds before those, checked but not counted. Default: ${DEFAULT-VALUE}")
    int warmUp;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "Barnabas, such as http://127.0.0.1:8080; repeated for several nodes of one cluster, over "
                    + "which producers and consumers are spread")
    List<String> urls = new ArrayList<>();

    @Option(names = "--bootstrap", description = "Apache Kafka, such as 127.0.0.1:9092")
    String bootstrap;

    @Option(names = "--start-barnabas", description = "start target/barnabas.jar for this run and end it afterwards")
    boolean startBarnabas;

    @Option(names = "--start-kafka", description = "start one node of Apache Kafka for this run and end it afterwards")
    boolean startKafka;

    @Option(
            names = "--records",
            defaultValue = "1000000",
            description = "of all producers together. Default: ${DEFAULT-VALUE}")
    int records;

    @Option(
            names = "--size",
            defaultValue = "100",
            description = "bytes of a record's value. Default: ${DEFAULT-VALUE}")
    int size;

    @Option(
            names = "--keys",
            defaultValue = "0",
            description = "distinct keys; 0: records have none. Default: ${DEFAULT-VALUE}")
    int keys;

    @Option(names = "--partitions", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}")
    int partitions;

    @Option(names = "--versus-partitions", description = "of the second target's topic, when others than the first's")
    Integer versusPartitions;

    @Option(
            names = "--producers",
            defaultValue = "1",
            description = "each with connections of its own. Default: ${DEFAULT-VALUE}")
    int producers;

    @Option(
            names = "--consumers",
            defaultValue = "1",
            description = "0: nothing is read back. Default: ${DEFAULT-VALUE}")
    int consumers;

    @Option(names = "--fan-out", description = "each consumer reads everything; otherwise they share the partitions")
    boolean fanOut;

    @Option(
            names = "--threads",
            defaultValue = "1",
            description = "for producers, and as many for consumers. Default: ${DEFAULT-VALUE}")
    int threads;

    @Option(
            names = "--rate",
            defaultValue = "0",
            description = "records/s of all producers together; 0: flat out. Default: ${DEFAULT-VALUE}")
    long rate;

    @Option(
            names = "--acks",
            defaultValue = "LEADER",
            description = {
                "all: on disk before the answer (Kafka: acks=all, flush.messages=1). leader: in the page cache (Kafka: its defaults). "
                        + "none: Kafka's acks=0. Default: ${DEFAULT-VALUE}"
            })
    Acks acks;

    @Option(names = "--versus-acks", description = "of the second target, when others than the first's")
    Acks versusAcks;

    @Option(names = "--together", description = "read while writing; otherwise everything is read afterwards")
    boolean together;

    @Option(
            names = "--batch-bytes",
            defaultValue = "262144",
            description = "of a full binary batch. Default: ${DEFAULT-VALUE}")
    int batchBytes;

    @Option(
            names = "--request-records",
            defaultValue = "100",
            description = "of a full JSON request. Default: ${DEFAULT-VALUE}")
    int requestRecords;

    @Option(
            names = "--linger-ms",
            defaultValue = "5",
            description = "a request that is not full waits so long (Kafka's default too). Default: ${DEFAULT-VALUE}")
    int lingerMs;

    @Option(
            names = "--in-flight",
            defaultValue = "4",
            description =
                    "unanswered requests of a WebSocket, or of an HTTP connection, where they are pipelined. Default: ${DEFAULT-VALUE}")
    int inFlight;

    @Option(
            names = "--connections",
            defaultValue = "1",
            description = "of an HTTP producer; a partition stays with one. Default: ${DEFAULT-VALUE}")
    int connections;

    @Option(
            names = "--credit",
            defaultValue = "50000",
            description = "records on their way to a WebSocket subscriber. Default: ${DEFAULT-VALUE}")
    int credit;

    @Option(
            names = "--fetch-bytes",
            defaultValue = "1048576",
            description = "max_bytes of an HTTP read. Default: ${DEFAULT-VALUE}")
    int fetchBytes;

    @Option(
            names = "--compression",
            defaultValue = "NONE",
            description = "of binary batches. Default: ${DEFAULT-VALUE}")
    Compression compression;

    @Option(names = "--max-seconds", defaultValue = "300", description = "for one trial. Default: ${DEFAULT-VALUE}")
    int maxSeconds;

    @Option(
            names = "--sink-path",
            defaultValue = "/sink",
            description = "where sink targets post to. Default: ${DEFAULT-VALUE}")
    String sinkPath;

    @Option(
            names = "--server-heap",
            defaultValue = "1g",
            description = "of each server that is started. Default: ${DEFAULT-VALUE}")
    String serverHeap;

    @Option(names = "--barnabas-jar", defaultValue = "target/barnabas.jar", description = "Default: ${DEFAULT-VALUE}")
    Path barnabasJar;

    @Option(names = "--barnabas-setting", paramLabel = "NAME=VALUE", description = "for --start-barnabas; repeatable")
    Map<String, String> barnabasSettings = new LinkedHashMap<>();

    @Option(
            names = "--kafka-producer",
            paramLabel = "NAME=VALUE",
            description = "a setting other than the default; repeatable")
    Map<String, String> kafkaProducer = new LinkedHashMap<>();

    @Option(
            names = "--kafka-consumer",
            paramLabel = "NAME=VALUE",
            description = "a setting other than the default; repeatable")
    Map<String, String> kafkaConsumer = new LinkedHashMap<>();

    @Option(
            names = "--kafka-topic",
            paramLabel = "NAME=VALUE",
            description = "a setting other than the default; repeatable")
    Map<String, String> kafkaTopic = new LinkedHashMap<>();

    @Option(
            names = "--kafka-jars",
            defaultValue = "target/kafka",
            description = "where Kafka's jars are or will be copied to. Default: ${DEFAULT-VALUE}")
    Path kafkaJars;

    @Option(
            names = "--work-dir",
            defaultValue = "target/load",
            description = "for data of started servers and the file ceiling. Default: ${DEFAULT-VALUE}")
    Path workDir;

    /** The first target's workload. */
    Workload workload() {
        return workload(acks, partitions);
    }

    /** The second's, which differs in what is said to. */
    Workload versusWorkload() {
        return workload(
                versusAcks == null ? acks : versusAcks, versusPartitions == null ? partitions : versusPartitions);
    }

    private Workload workload(Acks wantedAcks, int wantedPartitions) {
        return new Workload(
                records,
                size,
                keys,
                wantedPartitions,
                producers,
                consumers,
                fanOut,
                rate,
                wantedAcks,
                together,
                new Workload.Batching(
                        batchBytes, requestRecords, lingerMs, inFlight, connections, credit, fetchBytes, compression),
                maxSeconds);
    }
}
