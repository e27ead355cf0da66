package io.barnabas.chaos;

import static org.awaitility.Awaitility.await;

import io.barnabas.testing.Http;
import io.barnabas.testing.history.History;
import io.barnabas.testing.history.TopicReading;
import io.barnabas.testing.history.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Producers and a group of consumers of one topic, which go through all nodes in turn and on through every fault. Confined
 * to one thread.
 */
final class Traffic implements AutoCloseable {
    private static final Duration DRAIN = Duration.ofMinutes(2);
    private static final Duration SOON = Duration.ofMinutes(3);

    /** What passes between two faults, for each partition. */
    private static final int FLOW = 50;

    /** So often a producer is refused in a row when nothing can be written. */
    private static final int REFUSALS = 5;

    /** So many clients wait for a paused node when it wakes. */
    private static final int WAITING_REQUESTS = 3;

    private final History history = new History();
    private final Nodes nodes;
    private final String topic;
    private final int partitions;
    private final List<IdempotentProducer> idempotent = new ArrayList<>();
    private final List<PlainProducer> plain = new ArrayList<>();
    private final List<GroupMember> members = new ArrayList<>();
    private boolean stopped;

    private Traffic(Nodes nodes, String topic, int partitions) {
        this.nodes = nodes;
        this.topic = topic;
        this.partitions = partitions;
    }

    /** Creates the topic and begins: an idempotent producer for each partition, plain ones, members. */
    static Traffic start(Nodes nodes, String topic, int partitions, int plainCount, int memberCount) {
        nodes.node(0)
                .post(
                        "admin/topics",
                        Http.CONTROL,
                        "{\"topic_name\":\"" + topic + "\",\"partitions_count\":" + partitions + "}")
                .expect(201);
        Traffic traffic = new Traffic(nodes, topic, partitions);
        for (int i = 0; i < partitions; i++) {
            traffic.idempotent.add(new IdempotentProducer(nodes, traffic.history, topic, i, "idempotent" + i));
        }
        for (int i = 0; i < plainCount; i++) {
            traffic.plain.add(new PlainProducer(nodes, traffic.history, topic, "plain" + i));
        }
        for (int i = 0; i < memberCount; i++) {
            traffic.members.add(
                    new GroupMember(nodes, traffic.history, topic, traffic.group(), "member" + i, i, partitions));
        }
        traffic.clients().forEach(Client::start);
        return traffic;
    }

    /** Waits until more records are acknowledged to idempotent producers of every partition, and as many delivered. */
    void flow() {
        flow(SOON);
    }

    /** The same, within this time. */
    void flow(Duration atMost) {
        long[] goals = idempotent.stream()
                .mapToLong(producer -> producer.acknowledgedCount() + FLOW)
                .toArray();
        long delivered = deliveredCount() + FLOW;
        await().atMost(atMost).untilAsserted(() -> {
            clients().forEach(Client::requireWell);
            for (int i = 0; i < goals.length; i++) {
                if (idempotent.get(i).acknowledgedCount() < goals[i]) {
                    throw new AssertionError("partition " + i + " takes no records: "
                            + idempotent.get(i).acknowledgedCount() + " of " + goals[i] + "; last refused: "
                            + idempotent.get(i).lastRefusal());
                }
            }
            if (deliveredCount() < delivered) {
                throw new AssertionError("the group gets no records");
            }
        });
    }

    /** Waits until some more records are acknowledged, of whatever partition. */
    void passSome() {
        long goal = acknowledgedCount() + FLOW;
        await().atMost(SOON).until(() -> {
            clients().forEach(Client::requireWell);
            return acknowledgedCount() >= goal;
        });
    }

    /** Waits until the group is given more records of every partition, also of those that a member had who is away. */
    void flowToGroup() {
        flowToGroup(SOON);
    }

    /** The same, within this time. */
    void flowToGroup(Duration atMost) {
        long[] seen =
                IntStream.range(0, partitions).mapToLong(this::deliveredCount).toArray();
        await().atMost(atMost).untilAsserted(() -> {
            clients().forEach(Client::requireWell);
            for (int partition = 0; partition < partitions; partition++) {
                if (deliveredCount(partition) == seen[partition]) {
                    throw new AssertionError("the group gets no records of partition " + partition);
                }
            }
        });
    }

    /**
     * Waits until requests are under way to a node that gives no answer, so that it finds them when it wakes, and does not
     * know yet what it has lost.
     */
    void awaitRequestsAt(int node) {
        await().atMost(SOON).until(() -> nodes.underWay(node) >= WAITING_REQUESTS);
    }

    /** The group that its members are of. */
    String group() {
        return "chaos-" + topic;
    }

    /** Waits until nothing can be written to any partition. */
    void awaitRefusals() {
        await().atMost(SOON).until(() -> {
            clients().forEach(Client::requireWell);
            return idempotent.stream().allMatch(producer -> producer.refusedInARow() >= REFUSALS);
        });
    }

    /** How many partitions give records through this node. */
    long readablePartitions(Http node) {
        return IntStream.range(0, partitions)
                .filter(partition ->
                        node.get("topics/" + topic + "/partitions/" + partition + "/batches?offset=0&timeout=0")
                                        .expect(200)
                                        .bytes()
                                        .length
                                > 0)
                .count();
    }

    long acknowledgedCount() {
        return idempotent.stream()
                        .mapToLong(IdempotentProducer::acknowledgedCount)
                        .sum()
                + plain.stream().mapToLong(PlainProducer::acknowledgedCount).sum();
    }

    long deliveredCount() {
        return IntStream.range(0, partitions).mapToLong(this::deliveredCount).sum();
    }

    private long deliveredCount(int partition) {
        return members.stream()
                .mapToLong(member -> member.deliveredCount(partition))
                .sum();
    }

    /** Requests of plain producers that failed so far. */
    long failureCount() {
        return plain.stream().mapToLong(PlainProducer::failureCount).sum();
    }

    /** The longest time for which one producer had no acknowledgement. */
    Client.Gap longestWriteGap() {
        return Stream.concat(idempotent.stream(), plain.stream())
                .map(Client::longestGap)
                .reduce(Client.Gap::longer)
                .orElseThrow();
    }

    History history() {
        return history;
    }

    /**
     * Stops the producers, waits until the group has read everything, stops the members, reads the topic whole through a
     * node and compares.
     */
    Verdict finish(Http reader) {
        idempotent.forEach(Client::close);
        plain.forEach(Client::close);
        awaitGroup(reader);
        members.forEach(Client::close);
        history.drained(group());
        stopped = true;
        TopicReading.whole(reader, topic, partitions, history.reader("whole"));
        return history.verdict();
    }

    private void awaitGroup(Http reader) {
        await().atMost(DRAIN).ignoreExceptions().untilAsserted(() -> {
            long lag = 0;
            int known = 0;
            for (var position :
                    reader.get("groups/" + group()).expect(200).json().path("offsets")) {
                lag += position.path("lag").asLong(1);
                known++;
            }
            if (lag > 0 || known < partitions) {
                throw new AssertionError("the group is " + lag + " behind in " + known + " partitions");
            }
        });
    }

    /** One line for a report. */
    String summary() {
        return "acknowledged=" + acknowledgedCount() + " delivered=" + deliveredCount() + " failedPlainRequests="
                + failureCount() + " longestWriteGapMs=" + longestWriteGap().ms() + " connections="
                + members.stream().mapToInt(GroupMember::connectionCount).sum() + " lostMemberships="
                + members.stream().mapToInt(GroupMember::lostMembershipCount).sum();
    }

    private List<Client> clients() {
        List<Client> all = new ArrayList<>(idempotent);
        all.addAll(plain);
        all.addAll(members);
        return all;
    }

    @Override
    public void close() {
        if (!stopped) {
            clients().forEach(Client::close);
        }
    }
}
