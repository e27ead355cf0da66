package io.barnabas.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.Yaml;

/** The alert rules and the dashboard in {@code k8s/monitoring}, and the series that their expressions name. */
public final class Monitoring {
    private static final Path FOLDER = Path.of("k8s", "monitoring");
    private static final Pattern SELECTOR = Pattern.compile("\\b(barnabas_[a-z0-9_]+)(?:\\{([^}]*)})?");
    private static final Pattern MATCHER = Pattern.compile("([a-z_]+)(=~|!~|!=|=)\"([^\"]*)\"");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Monitoring() {}

    /** Alert rules as they stand in the file. */
    public static List<JsonNode> alerts() {
        List<JsonNode> rules = new ArrayList<>();
        document("alerts.yaml").at("/spec/groups").forEach(group -> group.path("rules")
                .forEach(rules::add));
        return rules;
    }

    public static JsonNode dashboard() {
        return document("dashboard.json");
    }

    private static JsonNode document(String file) {
        try {
            return MAPPER.valueToTree(new Yaml().load(Files.readString(FOLDER.resolve(file))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every expression of both, by where it stands. */
    public static Map<String, String> expressions() {
        Map<String, String> all = new LinkedHashMap<>();
        alerts().forEach(alert ->
                all.put(alert.path("alert").asText(), alert.path("expr").asText()));
        JsonNode dashboard = dashboard();
        dashboard.path("panels").forEach(panel -> panel.path("targets")
                .forEach(target -> all.put(
                        panel.path("title").asText() + " "
                                + target.path("refId").asText(),
                        target.path("expr").asText())));
        dashboard.at("/templating/list").forEach(variable -> {
            if (variable.at("/query/query").isTextual()) {
                all.put(
                        "variable " + variable.path("name").asText(),
                        variable.at("/query/query").asText());
            }
        });
        return all;
    }

    /**
     * The series that an expression asks for.
     *
     * @param labels what is asked of them; a pattern for {@code =~}
     */
    public record Selector(String name, Map<String, String> labels) {
        /** In order of the expression; a variable of the dashboard counts as any value. */
        public static List<Selector> of(String expression) {
            List<Selector> found = new ArrayList<>();
            Matcher selector = SELECTOR.matcher(expression);
            while (selector.find()) {
                Map<String, String> labels = new LinkedHashMap<>();
                Matcher label = MATCHER.matcher(selector.group(2) == null ? "" : selector.group(2));
                while (label.find()) {
                    boolean pattern = label.group(2).endsWith("~");
                    String value = label.group(3);
                    labels.put(label.group(1), value.startsWith("$") ? ".*" : pattern ? value : Pattern.quote(value));
                }
                found.add(new Selector(selector.group(1), labels));
            }
            return found;
        }
    }
}
