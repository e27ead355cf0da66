package io.barnabas.laptop;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line: {@code start}, which stays until it is stopped, and {@code stop}. */
@Command(
        name = "cluster",
        description = "A whole cluster on this machine, on loopback.",
        mixinStandardHelpOptions = true,
        subcommands = {StartCommand.class, StopCommand.class})
public final class Laptop {
    private Laptop() {}

    /** Exits with 0 when what was asked for was done. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Laptop()).execute(arguments));
    }
}
