package io.barnabas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.barnabas.testing.BarnabasProcess;
import io.barnabas.testing.Http;
import io.barnabas.testing.ZooKeeperEnsemble;
import io.barnabas.testing.ZooKeeperProcess;
import io.barnabas.testing.relay.TcpRelay;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node on an outside ZooKeeper, which is killed or cut off and comes back. */
class ZooKeeperOutageIT {
    private static final Duration SESSION = Duration.ofMinutes(1);
    private static final Duration UNNOTICED = Duration.ofSeconds(4);
    private static final String RECORD = "{\"records\":[{\"value\":\"v\"}]}";

    @TempDir
    Path directory;

    @Test
    void stopsWritingWhileZooKeeperIsAwayAndComesBackByItself() {
        ZooKeeperProcess zooKeeper = ZooKeeperProcess.start(directory.resolve("zookeeper"));
        int port = zooKeeper.port();
        try (BarnabasProcess node = BarnabasProcess.at(directory.resolve("node"))
                .with("barnabas.zookeeper.connect", zooKeeper.connect())
                .start()) {
            // given
            Http server = node.http();
            server.post("admin/topics", Http.CONTROL, "{\"topic_name\":\"outage\",\"partitions_count\":2}")
                    .expect(201);
            server.post("topics/outage/partitions/0", Http.TEXT, RECORD).expect(200);
            // when
            zooKeeper.kill9();
            // then
            await().atMost(SESSION).until(() -> server.get("health/ready").status() == 503);
            Http.Answer refused = await().atMost(SESSION)
                    .until(
                            () -> server.post("topics/outage/partitions/0", Http.TEXT, RECORD),
                            answer -> answer.status() == 503);
            assertThat(refused.json().path("error_code").asInt()).isEqualTo(50304);
            assertThat(refused.header("Retry-After")).isNotEmpty();
            server.get("health/live").expect(200);
            assertThat(server.get("topics/outage/partitions/0/records?offset=0", Http.TEXT)
                            .expect(200)
                            .json())
                    .as("what is stored can still be read")
                    .hasSize(1);
            try (ZooKeeperProcess again = ZooKeeperProcess.start(directory.resolve("zookeeper"), port)) {
                await().atMost(SESSION).until(() -> server.get("health/ready").status() == 200);
                server.post("topics/outage/partitions/0", Http.TEXT, RECORD).expect(200);
                assertThat(node.stop()).isEqualTo(143);
                assertThat(again.process().alive()).isTrue();
            }
        } finally {
            zooKeeper.close();
        }
    }

    @Test
    void stopsWritingWhileTheNetworkDropsWhatItAndZooKeeperSayAndComesBackByItself() {
        try (ZooKeeperProcess zooKeeper = ZooKeeperProcess.start(directory.resolve("zookeeper"));
                TcpRelay link = TcpRelay.to(zooKeeper.port(), 1);
                BarnabasProcess node = BarnabasProcess.at(directory.resolve("node"))
                        .with("barnabas.zookeeper.connect", "127.0.0.1:" + link.port())
                        .with("barnabas.zookeeper.session-timeout-ms", "4s")
                        .start()) {
            // given
            Http server = node.http();
            server.post("admin/topics", Http.CONTROL, "{\"topic_name\":\"outage\",\"partitions_count\":1}")
                    .expect(201);
            server.post("topics/outage/partitions/0", Http.TEXT, RECORD).expect(200);
            long epoch = epoch(server);
            // when
            link.swallow();
            // then
            Http.Answer refused = await().atMost(SESSION)
                    .until(
                            () -> server.post("topics/outage/partitions/0", Http.TEXT, RECORD),
                            answer -> answer.status() == 503);
            assertThat(refused.json().path("error_code").asInt()).isEqualTo(50304);
            await().atMost(SESSION).until(() -> server.get("cluster")
                    .expect(200)
                    .json()
                    .path("session")
                    .asText()
                    .equals("lost"));
            link.heal();
            await().atMost(SESSION)
                    .until(() -> server.post("topics/outage/partitions/0", Http.TEXT, RECORD)
                                    .status()
                            == 200);
            assertThat(epoch(server))
                    .as("the session was over: it is claimed anew")
                    .isGreaterThan(epoch);
        }
    }

    @Test
    void oneOfThreeServersMayDieUnnoticed() {
        // given
        try (ZooKeeperEnsemble ensemble = ZooKeeperEnsemble.start(directory.resolve("ensemble"), 3);
                BarnabasProcess node = BarnabasProcess.at(directory.resolve("node"))
                        .with("barnabas.zookeeper.connect", ensemble.connect())
                        .start()) {
            Http server = node.http();
            server.post("admin/topics", Http.CONTROL, "{\"topic_name\":\"outage\",\"partitions_count\":2}")
                    .expect(201);
            long epoch = epoch(server);
            for (int each = 0; each < 3; each++) {
                // when
                ensemble.server(each).kill9();
                // then
                Instant end = Instant.now().plus(UNNOTICED);
                while (Instant.now().isBefore(end)) {
                    server.post("topics/outage/partitions/0", Http.TEXT, RECORD).expect(200);
                }
                ensemble.restart(each);
            }
            assertThat(epoch(server)).as("nothing was claimed anew").isEqualTo(epoch);
        }
    }

    private static long epoch(Http server) {
        for (JsonNode owner : server.get("cluster").expect(200).json().path("owners")) {
            if (owner.path("topic").asText().equals("outage")) {
                return owner.path("epoch").asLong();
            }
        }
        throw new AssertionError("the partition has no owner");
    }
}
