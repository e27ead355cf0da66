package io.barnabas.operations;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** The bookies' settings: BookKeeper takes a misspelled name without a word, so the names are looked for in its classes. */
class BookieConfTest {
    private static final String BOOKKEEPER = "/org/apache/bookkeeper/";
    private static final List<String> CLASSES = List.of(
            "conf/AbstractConfiguration",
            "conf/ServerConfiguration",
            "bookie/storage/ldb/DbLedgerStorage",
            "bookie/storage/ldb/KeyValueStorageRocksDB");

    @Test
    void namesOnlySettingsThatBookKeeperHas() throws IOException {
        // given
        StringBuilder constants = new StringBuilder();
        for (String name : CLASSES) {
            try (InputStream file = BookieConfTest.class.getResourceAsStream(BOOKKEEPER + name + ".class")) {
                constants.append(new String(file.readAllBytes(), ISO_8859_1));
            }
        }
        // when
        Properties given = load();
        // Of the HTTP server and of the metrics provider, which are not on this class path.
        List.of("httpServerClass", "prometheusStatsHttpEnable").forEach(given::remove);
        // then
        assertThat(given.stringPropertyNames()).isNotEmpty().allMatch(name -> constants.indexOf(name) >= 0);
        assertThat(constants.indexOf("bookiePorts")).isNegative();
    }

    /** What is named in the text of the file must be what nodes and ZooKeepers are told elsewhere. */
    @Test
    void keepsLedgersWhereTheNodesLookForThem() throws IOException {
        // when
        Properties defaults = new Properties();
        try (InputStream file = BookieConfTest.class.getResourceAsStream("/META-INF/microprofile-config.properties")) {
            defaults.load(file);
        }
        // then
        assertThat(load().getProperty("metadataServiceUri"))
                .endsWith(defaults.getProperty("barnabas.zookeeper.root") + "/"
                        + defaults.getProperty("barnabas.bookkeeper.root"));
    }

    private static Properties load() throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of("k8s/overlays/cluster/bookie.conf"))) {
            properties.load(reader);
        }
        return properties;
    }
}
