package io.barnabas.log.bookkeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.record.BarnabasException;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ForkJoinPool;
import org.apache.bookkeeper.conf.ClientConfiguration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(WithBookies.class)
class BookKeeperClientTest {
    @Test
    void asksForWhatTheDefaultsWouldSpoil() {
        // when
        ClientConfiguration configuration = BookKeeperClient.configuration(
                BookKeeperSettings.DEFAULTS, "zk+hierarchical://h:1/barnabas/ledgers", 7_000);
        // then
        assertThat(configuration.getThrottleValue()).isZero();
        assertThat(configuration.getDelayEnsembleChange()).isTrue();
        assertThat(configuration.getUseV2WireProtocol()).isTrue();
        assertThat(configuration.isBatchReadEnabled()).isTrue();
        assertThat(configuration.getAddEntryQuorumTimeout()).isEqualTo(10);
        assertThat(configuration.getZkTimeout()).isEqualTo(7_000);
    }

    @Test
    void writesZooKeepersHostsAsBookKeeperWantsThem() {
        assertThat(BookKeeperClient.metadataUri("a:1,b:2", "/barnabas/ledgers"))
                .isEqualTo("zk+hierarchical://a:1;b:2/barnabas/ledgers");
        assertThat(BookKeeperClient.metadataUri("a:1,b:2/shared", "/barnabas/ledgers"))
                .isEqualTo("zk+hierarchical://a:1;b:2/shared/barnabas/ledgers");
    }

    @Test
    void failsWithoutLeavingThreadsWhenThePathAboveIsMissing(Bookies bookies) {
        // given
        Set<String> before = threads();
        String uri = BookKeeperClient.metadataUri(bookies.zooKeeper(), "/nowhere/ledgers");
        // when, then
        assertThatThrownBy(() -> BookKeeperClient.connect(BookKeeperSettings.DEFAULTS, uri, 5_000))
                .isInstanceOf(BarnabasException.class);
        awaitNoOthersThan(before);
    }

    @Test
    void makesTheMetadataAndLeavesNoThreadWhenItIsClosed(Bookies bookies) throws Exception {
        // given
        Set<String> before = threads();
        bookies.make("/another");
        String uri = BookKeeperClient.metadataUri(bookies.zooKeeper(), "/another/ledgers");
        // when
        for (int i = 0; i < 2; i++) {
            new Ledgers(
                            BookKeeperClient.connect(BookKeeperSettings.DEFAULTS, uri, 5_000),
                            BookKeeperSettings.DEFAULTS,
                            ForkJoinPool.commonPool())
                    .close();
        }
        // then
        awaitNoOthersThan(before);
    }

    private static void awaitNoOthersThan(Set<String> before) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            Set<String> now = threads();
            now.removeAll(before);
            assertThat(now).isEmpty();
        });
    }

    /** Of clients alone: bookies and others in this process have threads of their own. */
    private static Set<String> threads() {
        Set<String> names = new TreeSet<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.isAlive() && thread.getName().startsWith("BookKeeperClient")) {
                names.add(thread.getName() + "#" + thread.getId());
            }
        }
        return names;
    }
}
