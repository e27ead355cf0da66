package io.barnabas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.barnabas.testing.Http;
import io.barnabas.testing.ProcessCluster;
import io.barnabas.testing.SocketMember;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One group over three nodes: a WebSocket member on two of them, and an HTTP instance that is made on one node and used
 * through the others. Then the node dies where one member lives and the instance was made; it is not the coordinator.
 */
class ManyNodesGroupIT implements SocketMember.Log {
    private static final String TOPIC = "many";
    private static final String GROUP = "many-nodes";
    private static final int PARTITIONS = 6;
    private static final int RECORDS_PER_PARTITION = 50;
    private static final String JOURNAL = "__barnabas_groups";
    private static final int JOURNAL_PARTITIONS = 8;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    Path directory;

    private final Set<String> delivered = ConcurrentHashMap.newKeySet();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final List<Http> nodes = new ArrayList<>();
    private final ExecutorService threads = Executors.newSingleThreadExecutor();
    private ProcessCluster cluster;
    private Http coordinator;
    private Http survivor;
    private Http victim;
    private int victimId;
    private volatile boolean stopPolling;

    @AfterEach
    void stop() {
        stopPolling = true;
        threads.shutdownNow();
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void aGroupSpansNodesAndOutlivesTheNodeOfAMember() throws Exception {
        // given
        startNodes();
        chooseNodes();
        coordinator
                .post(
                        "admin/topics",
                        Http.CONTROL,
                        "{\"topic_name\":\"" + TOPIC + "\",\"partitions_count\":" + PARTITIONS + "}")
                .expect(201);
        await().atMost(PATIENCE).until(() -> owners(TOPIC).size() == PARTITIONS);
        SocketMember staying = SocketMember.join(survivor.webSocket("ws"), TOPIC, GROUP, this);
        SocketMember.join(victim.webSocket("ws"), TOPIC, GROUP, this);
        String instance = "consumers/" + GROUP + "/instances/one";
        victim.post(
                        "consumers/" + GROUP,
                        Http.CONTROL,
                        "{\"name\":\"one\",\"format\":\"text\",\"auto.offset.reset\":\"earliest\"}")
                .expect(200);
        survivor.post(instance + "/subscription", Http.CONTROL, "{\"topics\":[\"" + TOPIC + "\"]}")
                .expect(204);
        Future<?> polling = threads.submit(() -> poll(instance));
        awaitMembers(3);
        assertThat(victim.get("groups").expect(200).json().findValuesAsText("group"))
                .contains(GROUP);
        // when
        Set<String> before =
                produce("before", IntStream.range(0, PARTITIONS).boxed().toList());
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(delivered).containsAll(before));
        coordinator.post(instance + "/offsets", Http.CONTROL, "").expect(204);
        assertThat(wrong).isEmpty();
        Map<Integer, Integer> owners = owners(TOPIC);
        cluster.node(victimId).kill9();
        awaitMembers(2);
        // then
        List<Integer> alive = owners.entrySet().stream()
                .filter(owner -> owner.getValue() != victimId)
                .map(Map.Entry::getKey)
                .toList();
        Set<String> after = produce("after", alive);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(delivered).containsAll(after));
        stopPolling = true;
        polling.get();
        survivor.delete(instance).expect(204);
        awaitMembers(1);
        staying.leave();
        awaitMembers(0);
        assertThat(wrong).isEmpty();
    }

    private void startNodes() {
        cluster = ProcessCluster.in(directory)
                .with("barnabas.zookeeper.session-timeout-ms", "4s")
                .start();
        IntStream.range(0, cluster.nodeCount()).mapToObj(cluster::http).forEach(nodes::add);
    }

    /** The journal is made when a group is first asked for, and spread over the nodes that are there. */
    private void chooseNodes() {
        nodes.get(0).get("groups/" + GROUP).expect(404);
        await().atMost(PATIENCE).until(() -> owners(JOURNAL).size() == JOURNAL_PARTITIONS);
        assertThat(owners(JOURNAL).values()).contains(0, 1, 2);
        int coordinatorId = owners(JOURNAL).get(Math.floorMod(GROUP.hashCode(), JOURNAL_PARTITIONS));
        victimId = (coordinatorId + 1) % nodes.size();
        coordinator = nodes.get(coordinatorId);
        victim = nodes.get(victimId);
        survivor = nodes.get((coordinatorId + 2) % nodes.size());
    }

    /** The owner of each partition, asked while all nodes live. */
    private Map<Integer, Integer> owners(String topic) {
        Map<Integer, Integer> owners = new HashMap<>();
        nodes.get(0).get("cluster").expect(200).json().path("owners").forEach(owner -> {
            if (owner.path("topic").asText().equals(topic)) {
                owners.put(owner.path("partition").asInt(), owner.path("node").asInt());
            }
        });
        return owners;
    }

    private Set<String> produce(String prefix, List<Integer> partitions) {
        Set<String> sent = ConcurrentHashMap.newKeySet();
        for (int partition : partitions) {
            StringBuilder body = new StringBuilder("{\"records\":[");
            for (int record = 0; record < RECORDS_PER_PARTITION; record++) {
                String value = prefix + "-" + partition + "-" + record;
                sent.add(value);
                body.append(record == 0 ? "" : ",")
                        .append("{\"value\":\"")
                        .append(value)
                        .append("\"}");
            }
            String records = body.append("]}").toString();
            survivor.post("topics/" + TOPIC + "/partitions/" + partition, Http.TEXT, records)
                    .expect(200);
        }
        return sent;
    }

    /** Through another node each time; what cannot be answered now is tried again. */
    private void poll(String instance) {
        for (int turn = 0; !stopPolling; turn++) {
            Http.Answer answer =
                    (turn % 2 == 0 ? coordinator : survivor).get(instance + "/records?timeout=500", Http.TEXT);
            if (answer.status() == 200) {
                answer.json().forEach(record -> delivered(record.path("value").asText()));
            } else if (answer.status() != 503) {
                wrong("the instance got " + answer);
                return;
            }
        }
    }

    private void awaitMembers(int count) {
        await().atMost(PATIENCE).until(() -> {
            JsonNode found = survivor.get("groups/" + GROUP).json();
            boolean settled = count == 0 || "Stable".equals(found.path("state").asText());
            return found.path("members").size() == count && settled;
        });
    }

    @Override
    public void delivered(String value) {
        delivered.add(value);
    }

    @Override
    public void owned(int generation, int partition, String member) {
        // Who owns what is looked at in GroupIT.
    }

    /** Partitions whose home is down rest with a retriable error. */
    @Override
    public void wrong(String what) {
        if (!what.contains("\"retriable\":true")) {
            wrong.add(what);
        }
    }
}
