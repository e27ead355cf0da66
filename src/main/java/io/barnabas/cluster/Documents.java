package io.barnabas.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The JSON documents in ZooKeeper, read and written. Each is an object with a {@code version}; a version newer than
 * {@value #VERSION} is refused, as an older node cannot know what it says. Thread-safe.
 */
final class Documents {
    static final int VERSION = 1;

    private final JsonMapper mapper = JsonMapper.builder().build();

    byte[] cluster(String id, LogHome logs) {
        return bytes(fresh().put("id", id).put("logs", logs.name().toLowerCase(Locale.ROOT)));
    }

    /** Where the logs of a cluster lie; clusters made before this was written have them on their nodes. */
    LogHome logHome(String path, byte[] bytes) {
        String written = read(path, bytes).path("logs").asText("node");
        try {
            return LogHome.valueOf(written.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw corrupt(path, "its 'logs' is " + written, e);
        }
    }

    String clusterId(String path, byte[] bytes) {
        return text(path, read(path, bytes), "id");
    }

    byte[] node(NodeDocument node, long startedAtMs) {
        return bytes(fresh().put("url", node.url().toString())
                .put("startedAtMs", startedAtMs)
                .put("instance", node.instance())
                .put("zone", node.zone())
                .put("draining", node.draining())
                .put("run", node.run())
                .put("storage", node.storage().state().name().toLowerCase(Locale.ROOT))
                .put("storageProof", node.storage().proof()));
    }

    /** A node; what was written before nodes said their run has none, and one that says nothing of storage is able. */
    NodeDocument node(String path, byte[] bytes) {
        ObjectNode json = read(path, bytes);
        try {
            return new NodeDocument(
                    URI.create(text(path, json, "url")),
                    text(path, json, "instance"),
                    json.path("zone").asText(""),
                    json.path("draining").asBoolean(),
                    json.path("run").asText(""),
                    storage(json));
        } catch (IllegalArgumentException e) {
            throw corrupt(path, "its url is not a URL", e);
        }
    }

    /** What a later release may call a state is not acted upon. */
    private static StorageReport storage(ObjectNode json) {
        String written = json.path("storage").asText("");
        StorageState state = StorageState.ABLE;
        for (StorageState known : StorageState.values()) {
            if (known.name().toLowerCase(Locale.ROOT).equals(written)) {
                state = known;
            }
        }
        return new StorageReport(state, json.path("storageProof").asLong());
    }

    byte[] controller(int epoch, int nodeId) {
        return bytes(fresh().put("epoch", epoch).put("node", nodeId));
    }

    ControllerDocument controller(String path, byte[] bytes) {
        ObjectNode json = read(path, bytes);
        return new ControllerDocument(number(path, json, "epoch"), number(path, json, "node"));
    }

    byte[] topic(Topic topic) {
        ObjectNode json = fresh().put("id", topic.id().toString()).put("partitionCount", topic.partitionCount());
        ObjectNode config = json.putObject("config");
        new TreeMap<>(topic.config()).forEach(config::put);
        return bytes(json);
    }

    Topic topic(String path, byte[] bytes) {
        ObjectNode json = read(path, bytes);
        Map<String, String> config = new TreeMap<>();
        json.path("config")
                .properties()
                .forEach(e -> config.put(e.getKey(), e.getValue().asText()));
        try {
            return new Topic(
                    ZkPaths.leaf(path),
                    UUID.fromString(text(path, json, "id")),
                    number(path, json, "partitionCount"),
                    config);
        } catch (IllegalArgumentException e) {
            throw corrupt(path, e.getMessage(), e);
        }
    }

    byte[] assignment(List<Integer> wanted) {
        ObjectNode json = fresh();
        wanted.forEach(json.putArray("wanted")::add);
        return bytes(json);
    }

    List<Integer> assignment(String path, byte[] bytes) {
        JsonNode wanted = read(path, bytes).path("wanted");
        if (!wanted.isArray()) {
            throw corrupt(path, "it has no list 'wanted'", null);
        }
        List<Integer> nodes = new ArrayList<>(wanted.size());
        wanted.forEach(node -> nodes.add(node.asInt()));
        return List.copyOf(nodes);
    }

    PartDocument part(String path, byte[] bytes) {
        ObjectNode json = read(path, bytes);
        number(path, json, "epoch");
        number(path, json, "owner");
        return new PartDocument(json);
    }

    /** A partition that nobody has claimed yet. */
    PartDocument unclaimedPart() {
        return new PartDocument(fresh().put("epoch", 0).put("owner", -1));
    }

    byte[] bytes(PartDocument part) {
        return bytes(part.json());
    }

    byte[] producerIds(long next) {
        return bytes(fresh().put("next", next));
    }

    /** The first producer id that was not given out. */
    long producerIds(String path, byte[] bytes) {
        JsonNode next = read(path, bytes).path("next");
        if (!next.isIntegralNumber() || !next.canConvertToLong() || next.longValue() < 0) {
            throw corrupt(path, "it has no whole number 'next' from 0", null);
        }
        return next.longValue();
    }

    byte[] secret(SecretDocument secret) {
        ObjectNode json = fresh();
        secret.secret().ifPresent(random -> json.put("secret", random.text()));
        if (secret.secret().isEmpty()) {
            json.put("salt", secret.salt()).put("print", secret.print()).put("iterations", secret.iterations());
        }
        return bytes(json);
    }

    SecretDocument secret(String path, byte[] bytes) {
        ObjectNode json = read(path, bytes);
        if (json.has("secret")) {
            return new SecretDocument(Optional.of(ClusterSecret.of(text(path, json, "secret"))), "", "", 0);
        }
        return new SecretDocument(
                Optional.empty(),
                text(path, json, "salt"),
                text(path, json, "print"),
                number(path, json, "iterations"));
    }

    byte[] deletion(Topic topic) {
        return bytes(fresh().put("name", topic.name()));
    }

    private ObjectNode fresh() {
        return mapper.createObjectNode().put("version", VERSION);
    }

    private byte[] bytes(ObjectNode json) {
        try {
            return mapper.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values was not writable", e);
        }
    }

    private ObjectNode read(String path, byte[] bytes) {
        JsonNode json;
        try {
            json = mapper.readTree(bytes);
        } catch (IOException e) {
            throw corrupt(path, "it is not JSON", e);
        }
        if (!(json instanceof ObjectNode object)) {
            throw corrupt(path, "it is not a JSON object", null);
        }
        int version = number(path, object, "version");
        if (version > VERSION) {
            throw new BarnabasException(
                    ErrorCode.CORRUPT_DATA,
                    "ZooKeeper document " + path + " has version " + version + ", this node reads up to " + VERSION
                            + ": it was written by a newer Barnabas");
        }
        return object;
    }

    private static String text(String path, ObjectNode json, String field) {
        if (!json.path(field).isTextual()) {
            throw corrupt(path, "it has no text '" + field + "'", null);
        }
        return json.get(field).textValue();
    }

    private static int number(String path, ObjectNode json, String field) {
        if (!json.path(field).canConvertToInt() || !json.path(field).isIntegralNumber()) {
            throw corrupt(path, "it has no whole number '" + field + "'", null);
        }
        return json.get(field).intValue();
    }

    private static BarnabasException corrupt(String path, String why, Throwable cause) {
        return new BarnabasException(
                ErrorCode.CORRUPT_DATA, "ZooKeeper document " + path + " is unreadable: " + why, cause);
    }

    /** What a live node says of itself. */
    record NodeDocument(URI url, String instance, String zone, boolean draining, String run, StorageReport storage) {}

    /** The secret itself when the cluster made it; a salted print of it when the nodes were given it. */
    record SecretDocument(Optional<ClusterSecret> secret, String salt, String print, int iterations) {}

    /** Who leads, under which epoch. */
    record ControllerDocument(int epoch, int nodeId) {}
}
