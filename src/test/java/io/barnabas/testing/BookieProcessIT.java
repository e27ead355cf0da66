package io.barnabas.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.bookkeeper.client.api.BookKeeper;
import org.apache.bookkeeper.client.api.DigestType;
import org.apache.bookkeeper.client.api.LedgerEntries;
import org.apache.bookkeeper.client.api.ReadHandle;
import org.apache.bookkeeper.client.api.WriteHandle;
import org.apache.bookkeeper.conf.ClientConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BookieProcessIT {
    private static final byte[] PASSWORD = {};
    private static final Duration RECONNECT_TIMEOUT = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    @Test
    @SuppressWarnings("try") // closing may be interrupted: the test then fails
    void keepsWhatItAcknowledgedOverAKill() throws Exception {
        // given
        try (ZooKeeperProcess zooKeeper = ZooKeeperProcess.start(directory.resolve("zookeeper"))) {
            BookieProcess.prepare(zooKeeper.connect(), zooKeeper.process());
            BookieProcess bookie = BookieProcess.start(directory.resolve("bookie"), zooKeeper.connect());
            ClientConfiguration settings = new ClientConfiguration();
            settings.setMetadataServiceUri("zk+hierarchical://" + zooKeeper.connect() + "/barnabas/ledgers");
            try (BookKeeper client = BookKeeper.newBuilder(settings).build()) {
                long ledger;
                try (WriteHandle writer = client.newCreateLedgerOp()
                        .withEnsembleSize(1)
                        .withWriteQuorumSize(1)
                        .withAckQuorumSize(1)
                        .withDigestType(DigestType.CRC32C)
                        .withPassword(PASSWORD)
                        .execute()
                        .get()) {
                    writer.append("kept".getBytes(StandardCharsets.UTF_8));
                    ledger = writer.getId();
                }
                // when
                bookie.kill9();
                bookie = bookie.restart();
                // then
                long kept = ledger; // the client's connection to the killed one ends in its own time
                await().atMost(RECONNECT_TIMEOUT).ignoreExceptions().untilAsserted(() -> assertThat(first(client, kept))
                        .isEqualTo("kept"));
            } finally {
                bookie.close();
            }
        }
    }

    @SuppressWarnings("try") // closing may be interrupted: the test then fails
    private static String first(BookKeeper client, long ledger) throws Exception {
        try (ReadHandle reader = client.newOpenLedgerOp()
                        .withLedgerId(ledger)
                        .withPassword(PASSWORD)
                        .execute()
                        .get();
                LedgerEntries entries = reader.read(0, 0)) {
            return new String(entries.getEntry(0).getEntryBytes(), StandardCharsets.UTF_8);
        }
    }
}
