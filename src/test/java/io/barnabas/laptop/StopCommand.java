package io.barnabas.laptop;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Ends a cluster: asks the command that started it, and ends what that left behind. */
@Command(name = "stop", description = "Stops the cluster.", mixinStandardHelpOptions = true)
final class StopCommand implements Callable<Integer> {
    private static final long STOP_SECONDS = 90;

    @Option(names = "--directory", defaultValue = "target/cluster", description = "Its data and logs.")
    private Path directory;

    @Override
    public Integer call() throws InterruptedException {
        PidFile pids = new PidFile(directory);
        List<ProcessHandle> processes = pids.living();
        if (processes.isEmpty()) {
            System.out.println("No cluster runs in " + directory);
            return 0;
        }
        for (ProcessHandle process : processes) {
            end(process);
        }
        pids.delete();
        System.out.println("The cluster has stopped; its data stays in " + directory);
        return 0;
    }

    /** The first is the command itself, which takes the others with it; then nothing is left to do for them. */
    static void end(ProcessHandle process) throws InterruptedException {
        if (!process.isAlive()) {
            return;
        }
        process.destroy();
        try {
            process.onExit().get(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            process.destroyForcibly();
        }
    }
}
