package io.barnabas.load;

import io.barnabas.testing.ChildProcess;
import io.barnabas.testing.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Starts the built {@code barnabas.jar} with an empty data folder on a free port. */
final class BarnabasServer {
    private static final Pattern READY = Pattern.compile("^Barnabas is ready at ");
    private static final Duration START_TIMEOUT = Duration.ofMinutes(4);

    private BarnabasServer() {}

    /**
     * Starts it and waits until it is ready.
     *
     * @param heap its heap's size, all of it from the beginning, such as {@code 1g}
     * @param settings of Barnabas, beside the data folder
     */
    static Server start(Path jar, String heap, Map<String, String> settings, Path workDir) throws IOException {
        if (!Files.isRegularFile(jar)) {
            throw new IOException(jar + " is not there; build it with: mvn -DskipTests package");
        }
        Path dataDir = Files.createTempDirectory(workDir, "barnabas-");
        int port = FreePort.next();
        List<String> command = new ArrayList<>(
                List.of(ServerProcess.java(), "-Xms" + heap, "-Xmx" + heap, "-Dbarnabas.data.dir=" + dataDir));
        settings.forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.addAll(List.of("-jar", jar.toString(), "--port", Integer.toString(port)));
        ChildProcess process = ChildProcess.start("barnabas", new ProcessBuilder(command), READY);
        ServerProcess server = new ServerProcess(process, dataDir, port);
        server.awaitReady(START_TIMEOUT);
        return server;
    }
}
