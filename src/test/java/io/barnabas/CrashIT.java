package io.barnabas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.barnabas.testing.AcknowledgedRecords;
import io.barnabas.testing.BarnabasProcess;
import io.barnabas.testing.Http;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real jar is killed in the middle of its work, again and again, and what it had acknowledged is looked for
 * afterwards. {@code mvn verify -Psoak} makes it fifty rounds in place of the two of the normal build.
 */
class CrashIT {
    private static final int ROUNDS = Integer.getInteger("crash.rounds", 2);
    private static final int PRODUCERS = 4;
    private static final int PARTITIONS = 3;
    private static final int RECORDS_PER_REQUEST = 10;
    private static final int RECORDS_PER_ROUND = 3_000;
    private static final String TOPIC = "crash";

    private final AcknowledgedRecords records = new AcknowledgedRecords(TOPIC);
    private final AtomicInteger requests = new AtomicInteger();

    @TempDir
    Path data;

    @Test
    void keepsEveryAcknowledgedRecordWhenKilledWhileProducing() throws Exception {
        // given
        try (BarnabasProcess first = BarnabasProcess.at(data).start()) {
            first.http()
                    .post("admin/topics", Http.CONTROL, "{\"topic_name\":\"crash\",\"partitions_count\":3}")
                    .expect(201);
            killWhileProducing(first);
        }
        for (int round = 1; round < ROUNDS; round++) {
            try (BarnabasProcess next = BarnabasProcess.at(data).start()) {
                records.compareWith(next.http(), PARTITIONS);
                killWhileProducing(next);
            }
        }
        // when
        try (BarnabasProcess last = BarnabasProcess.at(data).start()) {
            int read = records.compareWith(last.http(), PARTITIONS);
            // then
            assertThat(read).isGreaterThanOrEqualTo(records.count());
            assertThat(last.stop()).as("exit code of a clean stop").isEqualTo(143);
        }
        try (BarnabasProcess afterCleanStop = BarnabasProcess.at(data).start()) {
            assertThat(records.compareWith(afterCleanStop.http(), PARTITIONS)).isPositive();
        }
    }

    private void killWhileProducing(BarnabasProcess node) throws Exception {
        int enough = records.count() + RECORDS_PER_ROUND;
        ExecutorService producers = Executors.newFixedThreadPool(PRODUCERS);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int producer = 0; producer < PRODUCERS; producer++) {
                running.add(producers.submit(() -> produceUntilGone(node.http())));
            }
            await().atMost(Duration.ofMinutes(2)).until(() -> records.count() >= enough);
            node.kill9();
            for (Future<?> one : running) {
                one.get();
            }
        } finally {
            producers.shutdownNow();
        }
    }

    private void produceUntilGone(Http server) {
        while (true) {
            int request = requests.incrementAndGet();
            List<String> values = IntStream.range(0, RECORDS_PER_REQUEST)
                    .mapToObj(record -> "value-" + request + "-" + record)
                    .toList();
            String body = values.stream()
                    .map(value -> "{\"value\":\"" + value + "\"}")
                    .collect(Collectors.joining(",", "{\"records\":[", "]}"));
            records.sending(values);
            try {
                Http.Answer answer = server.postAsync("topics/" + TOPIC + "?acks=all", Http.TEXT, body)
                        .join();
                if (answer.status() != 200) {
                    return;
                }
                records.acknowledged(values, answer.json().get("offsets"));
            } catch (CompletionException gone) {
                return;
            }
        }
    }
}
