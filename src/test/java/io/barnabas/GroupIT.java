package io.barnabas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.barnabas.testing.Http;
import io.barnabas.testing.OnPayaraMicro;
import io.barnabas.testing.SocketMember;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Three WebSocket members and two HTTP instances share six partitions while producing goes on; one is killed, one
 * leaves, one joins. Nothing is missed, and no partition ever has two owners in one generation.
 */
@OnPayaraMicro
class GroupIT implements SocketMember.Log {
    private static final String TOPIC = "group-it";
    private static final String GROUP = "group-it-readers";
    private static final int REQUESTS = 300;
    private static final int RECORDS_PER_REQUEST = 20;

    private final Set<String> sent = ConcurrentHashMap.newKeySet();
    private final Set<String> delivered = ConcurrentHashMap.newKeySet();
    private final Map<String, String> owners = new ConcurrentHashMap<>();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final Http server;
    private volatile boolean stopInstances;

    GroupIT(Http server) {
        this.server = server;
    }

    @Test
    void deliversEveryRecordToOneOwnerWhileMembersComeAndGo() throws Exception {
        // given
        server.post("admin/topics", Http.CONTROL, "{\"topic_name\":\"" + TOPIC + "\",\"partitions_count\":6}")
                .expect(201);
        URI socket = server.webSocket("ws");
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            SocketMember killed = SocketMember.join(socket, TOPIC, GROUP, this);
            SocketMember leaving = SocketMember.join(socket, TOPIC, GROUP, this);
            SocketMember staying = SocketMember.join(socket, TOPIC, GROUP, this);
            List<Future<?>> instances = new ArrayList<>();
            for (String name : List.of("one", "two")) {
                createInstance(name);
                instances.add(threads.submit(() -> poll(name)));
            }
            awaitMembers(5);
            // when
            Future<?> producing = threads.submit(this::produce);
            await().until(() -> delivered.size() > REQUESTS);
            killed.kill();
            awaitMembers(4);
            leaving.leave();
            awaitMembers(3);
            SocketMember joined = SocketMember.join(socket, TOPIC, GROUP, this);
            awaitMembers(4);
            producing.get();
            // then
            await().atMost(Duration.ofMinutes(1))
                    .untilAsserted(() -> assertThat(delivered).containsAll(sent));
            stopInstances = true;
            for (Future<?> instance : instances) {
                instance.get();
            }
            staying.leave();
            joined.leave();
        } finally {
            stopInstances = true;
            threads.shutdownNow();
        }
        assertThat(delivered).isEqualTo(sent);
        assertThat(wrong).isEmpty();
        resumesAtTheCommittedOffset();
    }

    private void resumesAtTheCommittedOffset() {
        await().until(() -> group().path("members").size() == 0);
        JsonNode offsets = group().path("offsets");
        assertThat(offsets).hasSize(6);
        offsets.forEach(position -> {
            assertThat(position.path("committed_offset").asLong())
                    .as("%s", position)
                    .isEqualTo(position.path("end_offset").asLong());
            assertThat(position.path("lag").asLong()).isZero();
        });
        sent.clear();
        delivered.clear();
        SocketMember again = SocketMember.join(server.webSocket("ws"), TOPIC, GROUP, this);
        awaitMembers(1);
        send(List.of("after-resume"));
        await().until(() -> delivered.contains("after-resume"));
        assertThat(delivered).containsExactly("after-resume");
        again.leave();
        assertThat(wrong).isEmpty();
    }

    private JsonNode group() {
        return server.get("groups/" + GROUP).expect(200).json();
    }

    /** Waits until the group is stable with so many members, and looks whether anything is owned twice. */
    private void awaitMembers(int count) {
        await().atMost(Duration.ofMinutes(1)).until(() -> {
            JsonNode group = group();
            group.path("members").forEach(member -> member.path("partitions")
                    .forEach(one -> owned(
                            group.path("generation").asInt(),
                            one.path("partition").asInt(),
                            member.path("member_id").asText())));
            return group.path("members").size() == count
                    && "Stable".equals(group.path("state").asText());
        });
    }

    private void produce() {
        for (int request = 0; request < REQUESTS; request++) {
            int number = request;
            send(IntStream.range(0, RECORDS_PER_REQUEST)
                    .mapToObj(record -> "value-" + number + "-" + record)
                    .toList());
        }
    }

    private void send(List<String> values) {
        sent.addAll(values);
        String body = values.stream()
                .map(value -> "{\"value\":\"" + value + "\"}")
                .collect(Collectors.joining(",", "{\"records\":[", "]}"));
        server.post("topics/" + TOPIC, Http.TEXT, body).expect(200);
    }

    private void createInstance(String name) {
        String body = "{\"name\":\"" + name + "\",\"format\":\"text\",\"auto.offset.reset\":\"earliest\"}";
        server.post("consumers/" + GROUP, Http.CONTROL, body).expect(200);
        server.post(instance(name) + "/subscription", Http.CONTROL, "{\"topics\":[\"" + TOPIC + "\"]}")
                .expect(204);
    }

    private static String instance(String name) {
        return "consumers/" + GROUP + "/instances/" + name;
    }

    private void poll(String name) {
        while (!stopInstances) {
            Http.Answer answer = server.get(instance(name) + "/records?timeout=500", Http.TEXT);
            if (answer.status() != 200) {
                wrong("instance " + name + " got " + answer);
                return;
            }
            answer.json().forEach(record -> delivered(record.path("value").asText()));
        }
        server.delete(instance(name)).expect(204);
    }

    @Override
    public void delivered(String value) {
        delivered.add(value);
    }

    @Override
    public void owned(int generation, int partition, String member) {
        String before = owners.putIfAbsent(generation + "/" + partition, member);
        if (before != null && !before.equals(member)) {
            wrong("partition " + partition + " has two owners in generation " + generation + ": " + before + " and "
                    + member);
        }
    }

    @Override
    public void wrong(String what) {
        wrong.add(what);
    }
}
