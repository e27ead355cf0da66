package io.barnabas;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version that this was built as; the build writes it into a file. */
final class ProgramVersion {
    private static final String FILE = "/META-INF/barnabas-version.properties";

    private ProgramVersion() {}

    static String read() {
        try (InputStream file = ProgramVersion.class.getResourceAsStream(FILE)) {
            Properties properties = new Properties();
            if (file != null) {
                properties.load(file);
            }
            String version = properties.getProperty("version", "");
            return version.isEmpty() || version.startsWith("$") ? "unknown" : version; // compiled without the build
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
