package io.barnabas.operations;

import io.barnabas.testing.Directories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Does what an engine would do with the Dockerfile, in a folder: each stage has its root there, COPY copies, RUN runs
 * with the paths of the image mapped into that root. Every stage is built in a folder of the same name, because the
 * archive of classes names the jars that it is of.
 *
 * <p>Not replayed: the bases (the programs of this machine stand for theirs), the Maven step (the artifacts that the
 * build has just made stand for its result) and {@code chown}, which only root may do.
 */
final class ImageReplay {
    private static final Set<String> ROOTS = Set.of("/opt/", "/build/", "/var/lib/", "/src/");
    private static final Pattern ABSOLUTE = Pattern.compile("(?<![\\w.$}/])/(opt|build|var/lib|src)/");
    private static final long RUN_TIMEOUT_SECONDS = 540;

    private final Path project;
    private final Path scratch;
    private final Path root;
    private final Map<String, String> environment;
    private final Map<String, Path> stages = new HashMap<>();

    /**
     * @param scratch an empty folder
     * @param environment what RUN sees beside the environment of this process
     */
    ImageReplay(Path project, Path scratch, Map<String, String> environment) {
        this.project = project;
        this.scratch = scratch;
        this.root = scratch.resolve("root");
        this.environment = Map.copyOf(environment);
    }

    /** Where the last stage is after {@link #build}. */
    Path root() {
        return root;
    }

    void build(Dockerfile file) throws IOException, InterruptedException {
        for (Dockerfile.Stage stage : file.stages()) {
            Files.createDirectories(root);
            for (Dockerfile.Instruction instruction : stage.instructions()) {
                follow(instruction);
            }
            if (!stage.name().isEmpty()) {
                stages.put(stage.name(), Files.move(root, scratch.resolve(stage.name())));
            }
        }
    }

    private void follow(Dockerfile.Instruction instruction) throws IOException, InterruptedException {
        switch (instruction.name()) {
            case "COPY" -> copy(instruction);
            case "RUN" -> run(instruction.rest());
            case "WORKDIR" -> {
                if (!instruction.rest().equals("/tmp")) { // every image has one, and so has this machine
                    Files.createDirectories(inside(instruction.rest()));
                }
            }
            default -> {} // says how the image is run
        }
    }

    private void copy(Dockerfile.Instruction copy) throws IOException {
        Path from = copy.flags().stream()
                .filter(flag -> flag.startsWith("--from="))
                .findFirst()
                .map(flag -> stages.get(flag.substring("--from=".length())))
                .orElse(project);
        List<String> words = copy.words();
        String target = words.get(words.size() - 1);
        boolean intoFolder = target.endsWith("/") || target.equals(".");
        Path to = inside(target.startsWith("/") ? target : "/src/" + target);
        for (String source : words.subList(0, words.size() - 1)) {
            Path path = from.resolve(source.replaceFirst("^/", "")).normalize();
            if (!Files.exists(path)) {
                throw new IOException("COPY of what is not there: " + path);
            }
            copyTree(path, intoFolder && !Files.isDirectory(path) ? to.resolve(path.getFileName()) : to);
        }
    }

    /** As a COPY does it: with times and rights, links as links. */
    private static void copyTree(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        List<Path> all;
        try (var walk = Files.walk(from)) {
            all = walk.toList();
        }
        for (Path path : all) {
            Path target = to.resolve(from.relativize(path).toString());
            if (!Files.isDirectory(path) || Files.isSymbolicLink(path)) {
                Files.copy(
                        path,
                        target,
                        StandardCopyOption.COPY_ATTRIBUTES,
                        StandardCopyOption.REPLACE_EXISTING,
                        java.nio.file.LinkOption.NOFOLLOW_LINKS);
            } else {
                Files.createDirectories(target);
            }
        }
    }

    private void run(String command) throws IOException, InterruptedException {
        if (command.startsWith("mvn ")) {
            Path built = inside("/src/target/payara");
            copyTree(project.resolve("target/payara"), built);
            return;
        }
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", "chown() { :; }; " + mapped(command)).inheritIO();
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            if (!process.waitFor(RUN_TIMEOUT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError("RUN " + command + " failed or did not end");
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** A command with the image's paths in place of this machine's. */
    String mapped(String command) {
        Matcher matcher = ABSOLUTE.matcher(command);
        return matcher.replaceAll(found -> Matcher.quoteReplacement(root + found.group()));
    }

    private Path inside(String path) {
        if (ROOTS.stream().noneMatch((path + "/")::startsWith)) {
            throw new IllegalArgumentException("the replay does not map " + path);
        }
        return root.resolve(path.substring(1)).normalize();
    }

    /** Removes everything. */
    void clear() {
        Directories.delete(scratch);
    }
}
