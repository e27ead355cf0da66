package io.barnabas.operations;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;

/**
 * The instructions of a Dockerfile by stage: comments left out, continued lines joined.
 *
 * @param stages in order; the last one is the image
 */
record Dockerfile(List<Stage> stages) {
    Dockerfile {
        stages = List.copyOf(stages);
    }

    /**
     * What begins with a FROM.
     *
     * @param name after AS; empty for a stage without
     */
    record Stage(String base, String name, List<Instruction> instructions) {
        Stage {
            instructions = List.copyOf(instructions);
        }

        /** The one instruction of this name. */
        Instruction one(String name) {
            return instructions.stream()
                    .filter(instruction -> instruction.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new NoSuchElementException("no " + name));
        }
    }

    /**
     * One instruction.
     *
     * @param flags such as {@code --from=build}
     * @param rest what is left, as written
     */
    record Instruction(String name, List<String> flags, String rest) {
        /** Of the form {@code ["a", "b"]}, which needs no shell. */
        List<String> exec() {
            try {
                return List.of(
                        new ObjectMapper().readValue(rest.substring(Math.max(0, rest.indexOf('['))), String[].class));
            } catch (JsonProcessingException e) {
                throw new IllegalArgumentException(name + " is not of the exec form: " + rest, e);
            }
        }

        List<String> words() {
            return Arrays.asList(rest.split("\\s+"));
        }
    }

    static Dockerfile parse(String text) {
        List<Stage> stages = new ArrayList<>();
        List<Instruction> current = new ArrayList<>();
        Instruction from = null;
        for (String line : logicalLines(text)) {
            Instruction instruction = instruction(line);
            if (instruction.name().equals("FROM")) {
                if (from != null) {
                    stages.add(stage(from, current));
                }
                from = instruction;
                current = new ArrayList<>();
            } else {
                current.add(instruction);
            }
        }
        stages.add(stage(from, current));
        return new Dockerfile(stages);
    }

    private static Stage stage(Instruction from, List<Instruction> instructions) {
        List<String> words = from.words();
        return new Stage(words.get(0), words.size() == 3 ? words.get(2) : "", instructions);
    }

    private static List<String> logicalLines(String text) {
        List<String> lines = new ArrayList<>();
        StringBuilder joined = new StringBuilder();
        for (String line : text.lines().toList()) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            boolean goesOn = line.endsWith("\\");
            joined.append(goesOn ? line.substring(0, line.length() - 1) : line);
            if (!goesOn) {
                lines.add(joined.toString());
                joined.setLength(0);
            }
        }
        return lines;
    }

    private static Instruction instruction(String line) {
        String[] nameAndRest = line.split("\\s+", 2);
        List<String> flags = new ArrayList<>();
        String rest = nameAndRest[1].strip();
        while (rest.startsWith("--")) {
            String[] flagAndRest = rest.split("\\s+", 2);
            flags.add(flagAndRest[0]);
            rest = flagAndRest[1].strip();
        }
        return new Instruction(nameAndRest[0].toUpperCase(Locale.ROOT), flags, rest);
    }
}
