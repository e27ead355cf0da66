package io.barnabas;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads settings as what they are meant to be. A value that is none is a {@link SettingsException} that names the
 * setting, the value and what is expected.
 *
 * <p>There are no defaults here: each setting has its default in {@code META-INF/microprofile-config.properties}, and
 * one that is missing there is an error. Not thread-safe.
 */
public final class SettingsReader {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,18})\\s*(ms|s|m|h|d)?");
    private static final Pattern BYTES = Pattern.compile("(\\d{1,18})\\s*(B|KiB|MiB|GiB)?");

    private final Function<String, Optional<String>> source;
    private final Set<String> read = new LinkedHashSet<>();

    /**
     * Reads from a source.
     *
     * @param source the value of a setting by its name; empty when it has none or an empty one
     */
    public SettingsReader(Function<String, Optional<String>> source) {
        this.source = requireNonNull(source, "source");
    }

    /** The names that were asked for so far. */
    public Set<String> read() {
        return Collections.unmodifiableSet(read);
    }

    /** What is between the blanks; absent when empty. */
    public Optional<String> optionalText(String name) {
        read.add(name);
        return source.apply(name).map(String::trim).filter(value -> !value.isEmpty());
    }

    /** What is between the blanks; empty is refused. */
    public String text(String name) {
        return optionalText(name).orElseThrow(() -> new SettingsException(name + " must be set, it is empty"));
    }

    /** A whole number between two, both inclusive. */
    public int integer(String name, int least, int most) {
        return (int) wholeNumber(name, least, most);
    }

    /** A whole number between two, both inclusive. */
    public long wholeNumber(String name, long least, long most) {
        String value = text(name);
        String expected = "a whole number from " + least + " to " + most;
        try {
            return within(name, value, Long.parseLong(value), least, most, expected);
        } catch (NumberFormatException e) {
            throw bad(name, value, expected);
        }
    }

    /** A number between two, both inclusive. */
    public double number(String name, double least, double most) {
        String value = text(name);
        String expected = "a number from " + least + " to " + most;
        try {
            double number = Double.parseDouble(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw bad(name, value, expected);
        }
        throw bad(name, value, expected);
    }

    /** Either true or false; anything else is refused. */
    public boolean bool(String name) {
        String value = text(name);
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw bad(name, value, "true or false");
        };
    }

    /** A duration in milliseconds, written bare or with a unit: {@code 1500}, {@code 1500ms}, {@code 30s}, {@code 5m}, {@code 2h}, {@code 7d}. */
    public long durationMs(String name, long leastMs, long mostMs) {
        String value = text(name);
        String expected = "milliseconds from " + leastMs + " to " + mostMs + ", or a number with ms, s, m, h or d";
        return within(name, value, scaled(name, value, DURATION, expected), leastMs, mostMs, expected);
    }

    /** A size, written bare or with a unit: {@code 1048576}, {@code 512KiB}, {@code 64MiB}, {@code 1GiB}. */
    public long bytes(String name, long least, long most) {
        String value = text(name);
        String expected = "bytes from " + least + " to " + most + ", or a number with KiB, MiB or GiB";
        return within(name, value, scaled(name, value, BYTES, expected), least, most, expected);
    }

    /** As {@link #bytes}, for what must fit an {@code int}. */
    public int intBytes(String name, int least, int most) {
        return (int) bytes(name, least, most);
    }

    /** The parts between commas without their blanks; none for an empty setting. */
    public List<String> list(String name) {
        List<String> parts = new ArrayList<>();
        for (String part : optionalText(name).orElse("").split(",", -1)) {
            if (!part.isBlank()) {
                parts.add(part.trim());
            }
        }
        return List.copyOf(parts);
    }

    /** One of an enum's constants, written in lower case with hyphens. */
    public <E extends Enum<E>> E oneOf(String name, Class<E> type) {
        String value = text(name);
        for (E constant : type.getEnumConstants()) {
            if (written(constant).equals(value.toLowerCase(Locale.ROOT))) {
                return constant;
            }
        }
        throw bad(
                name,
                value,
                "one of "
                        + Arrays.stream(type.getEnumConstants())
                                .map(SettingsReader::written)
                                .collect(Collectors.joining(", ")));
    }

    /** An absolute http or https URL; absent when empty. */
    public Optional<URI> optionalHttpUrl(String name) {
        return optionalText(name).map(value -> {
            try {
                URI uri = new URI(value);
                if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                    return uri;
                }
            } catch (URISyntaxException e) {
                throw bad(name, value, "a URL such as http://host:8080");
            }
            throw bad(name, value, "a URL such as http://host:8080");
        });
    }

    private static long scaled(String name, String value, Pattern pattern, String expected) {
        Matcher matcher = pattern.matcher(value);
        if (!matcher.matches()) {
            throw bad(name, value, expected);
        }
        try {
            return Math.multiplyExact(Long.parseLong(matcher.group(1)), factor(matcher.group(2)));
        } catch (ArithmeticException e) {
            throw bad(name, value, expected);
        }
    }

    private static long factor(String unit) {
        return switch (unit == null ? "" : unit) {
            case "s" -> 1_000L;
            case "m" -> 60_000L;
            case "h" -> 3_600_000L;
            case "d" -> 86_400_000L;
            case "KiB" -> 1L << 10;
            case "MiB" -> 1L << 20;
            case "GiB" -> 1L << 30;
            default -> 1L;
        };
    }

    private static long within(String name, String value, long number, long least, long most, String expected) {
        if (number < least || number > most) {
            throw bad(name, value, expected);
        }
        return number;
    }

    private static String written(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static SettingsException bad(String name, String value, String expected) {
        return new SettingsException(name + "='" + value + "': expected " + expected);
    }
}
