package io.barnabas;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The names of all settings, which are the keys of the file with the defaults. A {@code barnabas.*} name that is none
 * of them is a typing error, and a node that starts in spite of it does something else than its operator believes.
 */
final class SettingNames {
    static final String DEFAULTS = "/META-INF/microprofile-config.properties";

    private static final String PREFIX = "barnabas.";
    private static final String ENVIRONMENT_PREFIX = "BARNABAS_";

    /**
     * What Kubernetes puts into the environment of every container for a Service that is called barnabas or
     * barnabas-something: they are addresses, not settings.
     */
    private static final Pattern SERVICE_ADDRESS = Pattern.compile(
            "BARNABAS_(\\w+_)?(SERVICE_(HOST|PORT(_\\w+)?)|PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)");

    private static final Pattern SERVICE_URL = Pattern.compile("(tcp|udp|sctp)://.*");

    private final Set<String> known;
    private final Map<String, String> byEnvironmentName = new TreeMap<>();

    SettingNames(Collection<String> known) {
        this.known =
                known.stream().filter(name -> name.startsWith(PREFIX)).collect(Collectors.toCollection(TreeSet::new));
        this.known.forEach(name -> byEnvironmentName.put(environmentName(name), name));
    }

    /** The names in the file of defaults that is packed with this class. */
    static SettingNames packed() {
        try (InputStream file = requireNonNull(SettingNames.class.getResourceAsStream(DEFAULTS), DEFAULTS)) {
            Properties defaults = new Properties();
            defaults.load(file);
            return new SettingNames(defaults.stringPropertyNames());
        } catch (IOException e) {
            throw new SettingsException("cannot read " + DEFAULTS + " of the application: " + e.getMessage());
        }
    }

    Set<String> known() {
        return known;
    }

    /** How a setting is called as an environment variable, by MicroProfile Config's rule. */
    static String environmentName(String name) {
        return name.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }

    /**
     * Refuses names that are not known.
     *
     * @param names what the sources of configuration hold; names that do not begin with {@code barnabas.} are others'
     * @param environment the process's environment
     * @throws SettingsException that names each unknown one and the nearest known name
     */
    void refuseUnknown(Iterable<String> names, Map<String, String> environment) {
        Set<String> problems = new TreeSet<>();
        for (String name : names) {
            if (name.startsWith(PREFIX) && !known.contains(name)) {
                problems.add("unknown setting " + name + ", did you mean " + nearest(name, known) + "?");
            }
        }
        environment.forEach((name, value) -> {
            if (name.startsWith(ENVIRONMENT_PREFIX)
                    && !byEnvironmentName.containsKey(name)
                    && !isServiceAddress(name, value)) {
                problems.add("unknown setting in environment " + name + ", did you mean "
                        + nearest(name, byEnvironmentName.keySet()) + "?");
            }
        });
        if (!problems.isEmpty()) {
            throw new SettingsException(new ArrayList<>(problems));
        }
    }

    private static boolean isServiceAddress(String name, String value) {
        return SERVICE_ADDRESS.matcher(name).matches()
                || (name.endsWith("_PORT") && SERVICE_URL.matcher(value).matches());
    }

    private static String nearest(String name, Collection<String> candidates) {
        return candidates.stream()
                .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
                .orElseThrow();
    }

    /** Insertions, deletions and replacements that turn one word into the other. */
    private static int distance(String from, String to) {
        int[] above = new int[to.length() + 1];
        for (int column = 0; column <= to.length(); column++) {
            above[column] = column;
        }
        for (int row = 1; row <= from.length(); row++) {
            int[] current = new int[to.length() + 1];
            current[0] = row;
            for (int column = 1; column <= to.length(); column++) {
                int replaced = above[column - 1] + (from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1);
                current[column] = Math.min(replaced, Math.min(above[column], current[column - 1]) + 1);
            }
            above = current;
        }
        return above[to.length()];
    }

    @Override
    public String toString() {
        return "SettingNames" + List.copyOf(known);
    }
}
