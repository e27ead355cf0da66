package io.barnabas.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.barnabas.broker.consumer.InstanceSettings;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The OpenAPI document says what the resources do, no more and no less. */
class OpenApiTest {
    private static final Map<Class<? extends Annotation>, String> METHODS =
            Map.of(GET.class, "get", POST.class, "post", PATCH.class, "patch", DELETE.class, "delete");

    /** What takes the header Idempotency-Key. */
    private static final Set<String> PRODUCE = Set.of("produceToTopic", "produceToPartition", "appendBatches");

    private final Map<String, Object> document = document();

    @Test
    void namesEveryPathAndMethodThatThereIs() {
        assertThat(documented().keySet()).isEqualTo(implemented().keySet());
    }

    @Test
    void namesEveryParameter() {
        // given
        Map<String, Set<String>> implemented = new TreeMap<>();
        implemented().forEach((operation, method) -> implemented.put(operation, parameters(method)));
        Map<String, Set<String>> documented = new TreeMap<>();
        documented().forEach((operation, description) -> documented.put(operation, parameters(operation, description)));
        // then
        assertThat(documented).isEqualTo(implemented);
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        List<String> broken = new ArrayList<>();
        walk(document, node -> {
            if (node.get("$ref") instanceof String reference && resolve(reference) == null) {
                broken.add(reference);
            }
        });
        assertThat(broken).isEmpty();
    }

    @Test
    void everyOperationHasIdSummaryAndAnswersForWhatCanGoWrong() {
        documented().forEach((operation, description) -> {
            assertThat(description).as(operation).containsKeys("operationId", "summary", "tags", "responses");
            Set<String> statuses = map(description.get("responses")).keySet();
            assertThat(statuses).as(operation).contains("default").containsAnyOf("200", "201", "204");
            assertThat(statuses.contains("409")
                            && String.valueOf(description.get("parameters")).contains("idempotencyKey"))
                    .as(operation)
                    .isEqualTo(PRODUCE.contains(description.get("operationId")));
            if (operation.contains("{topic}") || operation.contains("{group}/") || operation.contains("{instance}")) {
                assertThat(statuses).as(operation).contains("404");
            }
            if (description.containsKey("requestBody")) {
                assertThat(statuses).as(operation).contains("400", "415", "422");
            }
        });
        assertThat(documented().values().stream().map(description -> description.get("operationId")))
                .doesNotHaveDuplicates();
    }

    @Test
    void everyErrorExampleHasACodeThatFitsItsStatus() {
        Map<String, Object> components = map(map(document.get("components")).get("responses"));
        documented().forEach((operation, description) -> map(description.get("responses"))
                .forEach((status, answer) -> {
                    Map<String, Object> resolved = map(answer);
                    if (resolved.get("$ref") instanceof String reference) {
                        resolved = map(components.get(reference.substring(reference.lastIndexOf('/') + 1)));
                    }
                    examples(resolved).forEach(example -> {
                        if (example instanceof Map<?, ?> error && error.get("error_code") instanceof Integer code) {
                            if (!status.equals("default")) {
                                assertThat(code / 100)
                                        .as(operation + " " + status)
                                        .isEqualTo(Integer.parseInt(status));
                            }
                            assertThat(error.containsKey("message") || error.containsKey("detail"))
                                    .as(operation + " " + status)
                                    .isTrue();
                        }
                    });
                }));
    }

    @Test
    void everyExampleOfABodyIsTakenByItsReader() {
        Map<String, Class<?>> readers = Map.ofEntries(
                Map.entry("truncatePartition", TruncateBody.class),
                Map.entry("createProducer", ProducerBody.class),
                Map.entry("createTopic", CreateTopicBody.class),
                Map.entry("changeTopic", ChangeTopicBody.class),
                Map.entry("resetOffsets", ResetBody.class),
                Map.entry("createInstance", InstanceBody.class),
                Map.entry("subscribe", SubscriptionBody.class),
                Map.entry("assign", PartitionsBody.class),
                Map.entry("commit", OffsetsBody.class),
                Map.entry("seek", OffsetsBody.class),
                Map.entry("seekToBeginning", PartitionsBody.class),
                Map.entry("seekToEnd", PartitionsBody.class));
        documented().forEach((operation, description) -> {
            Class<?> reader = readers.get(String.valueOf(description.get("operationId")));
            if (!description.containsKey("requestBody") || reader == null) {
                return;
            }
            List<Object> examples = examples(resolved(description.get("requestBody")));
            assertThat(examples).as(operation).isNotEmpty();
            examples.forEach(example -> {
                Object body = ControlJson.read(json(example).getBytes(UTF_8), reader);
                assertThatCode(() -> use(body)).as(operation).doesNotThrowAnyException();
            });
        });
    }

    /** Asks a body for what it means, where that is when it is checked. */
    private static void use(Object body) {
        if (body instanceof ResetBody reset) {
            reset.target();
        } else if (body instanceof SubscriptionBody subscription) {
            subscription.subscription();
        } else if (body instanceof InstanceBody instance) {
            InstanceSettings.of(instance.values());
        } else if (body instanceof PartitionsBody partitions) {
            partitions.named();
        } else if (body instanceof ProducerBody producer) {
            producer.known();
        } else if (body instanceof OffsetsBody offsets) {
            offsets.positions();
        }
    }

    private static Map<String, Method> implemented() {
        Map<String, Method> operations = new TreeMap<>();
        for (Class<?> resource : RestApplication.RESOURCES) {
            String base = resource.getAnnotation(Path.class).value();
            for (Method method : resource.getDeclaredMethods()) {
                METHODS.forEach((annotation, name) -> {
                    if (method.isAnnotationPresent(annotation)) {
                        operations.put(name + " " + path(base, method.getAnnotation(Path.class)), method);
                    }
                });
            }
        }
        return operations;
    }

    private static String path(String base, Path below) {
        return "/" + base + (below == null ? "" : "/" + below.value());
    }

    private static Set<String> parameters(Method method) {
        Set<String> names = new TreeSet<>();
        for (Parameter parameter : method.getParameters()) {
            if (parameter.isAnnotationPresent(PathParam.class)) {
                names.add("path " + parameter.getAnnotation(PathParam.class).value());
            }
            if (parameter.isAnnotationPresent(QueryParam.class)) {
                names.add("query " + parameter.getAnnotation(QueryParam.class).value());
            }
        }
        return names;
    }

    private Map<String, Map<String, Object>> documented() {
        Map<String, Map<String, Object>> operations = new TreeMap<>();
        map(document.get("paths")).forEach((path, item) -> map(item).forEach((key, operation) -> {
            if (METHODS.containsValue(key)) {
                operations.put(key + " " + path, map(operation));
            }
        }));
        return operations;
    }

    private Set<String> parameters(String operation, Map<String, Object> description) {
        String path = operation.substring(operation.indexOf(' ') + 1);
        Set<String> names = new TreeSet<>();
        Stream.of(map(map(document.get("paths")).get(path)), description)
                .flatMap(item -> list(item.get("parameters")).stream())
                .map(this::resolved)
                .filter(parameter -> !"header".equals(parameter.get("in"))) // read by hand, see below
                .forEach(parameter -> names.add(parameter.get("in") + " " + parameter.get("name")));
        return names;
    }

    /** All examples of a request body or an answer. */
    private static List<Object> examples(Map<String, Object> body) {
        List<Object> examples = new ArrayList<>();
        map(body.get("content")).values().forEach(content -> {
            Map<String, Object> media = map(content);
            if (media.containsKey("example")) {
                examples.add(media.get("example"));
            }
            map(media.get("examples"))
                    .values()
                    .forEach(example -> examples.add(map(example).get("value")));
        });
        return examples;
    }

    private Map<String, Object> resolved(Object node) {
        Map<String, Object> map = map(node);
        return map.get("$ref") instanceof String reference ? map(resolve(reference)) : map;
    }

    private Object resolve(String reference) {
        Object node = document;
        for (String step : reference.substring("#/".length()).split("/", -1)) {
            node = map(node).get(step);
        }
        return node;
    }

    private static void walk(Object node, Consumer<Map<String, Object>> visitor) {
        if (node instanceof Map<?, ?>) {
            visitor.accept(map(node));
            map(node).values().forEach(child -> walk(child, visitor));
        } else if (node instanceof List<?> list) {
            list.forEach(child -> walk(child, visitor));
        }
    }

    @SuppressWarnings("unchecked") // YAML objects have text keys, as far as this document goes
    private static Map<String, Object> map(Object node) {
        return node == null ? Map.of() : (Map<String, Object>) node;
    }

    private static List<?> list(Object node) {
        return node == null ? List.of() : (List<?>) node;
    }

    private static String json(Object example) {
        try {
            return new ObjectMapper().writeValueAsString(example);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static Map<String, Object> document() {
        try (InputStream yaml = OpenApiTest.class.getResourceAsStream("/META-INF/openapi.yaml")) {
            return map(new Yaml().load(yaml));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
