package io.barnabas.operations;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files under {@code server-config/} that nothing else starts a server with. */
class ServerConfigTest {
    private static final Path FOLDER = Path.of("server-config");

    @ParameterizedTest
    @ValueSource(strings = {"one-node", "cluster-node"})
    void namesOnlySettingsThatExist(String example) throws IOException {
        // when
        Properties given = load(FOLDER.resolve("examples").resolve(example + ".properties"));
        Properties defaults = new Properties();
        try (InputStream file =
                ServerConfigTest.class.getResourceAsStream("/META-INF/microprofile-config.properties")) {
            defaults.load(file);
        }
        // then
        assertThat(defaults.stringPropertyNames())
                .containsAll(given.stringPropertyNames())
                .hasSizeGreaterThan(100);
        assertThat(given).isNotEmpty();
    }

    @Test
    void givesAReasonForEveryCommand() throws IOException {
        // when
        List<String> lines = Files.readAllLines(FOLDER.resolve("pre-boot-commands.txt"));
        // then
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).isBlank() && !lines.get(i).startsWith("#")) {
                assertThat(lines.get(i)).matches("set configs\\.config\\.server-config\\.[\\w.-]+=[\\w.-]+");
                assertThat(lines.get(i - 1)).as("above " + lines.get(i)).matches("(# |set ).*");
            }
        }
    }

    @Test
    void logsInAContainerWhatItLogsOnATerminal() throws IOException {
        // when
        Properties terminal = load(FOLDER.resolve("logging.properties"));
        Properties container = load(FOLDER.resolve("container/logging.properties"));
        // then
        terminal.keySet().removeIf(key -> key.toString().contains("ormatter"));
        assertThat(container).containsAllEntriesOf(terminal);
    }

    private static Properties load(Path path) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(path)) {
            properties.load(reader);
        }
        return properties;
    }
}
