package io.barnabas.broker;

import io.barnabas.cluster.Topic;
import io.barnabas.log.LogConfig;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Topics' configurations as they were parsed, so that not every request parses one again. Thread-safe. */
final class TopicLogConfigs {
    /** Then it begins anew: deleted topics leave their entries behind. */
    private static final int TOPICS_MOST = 10_000;

    private final Map<UUID, Parsed> parsed = new ConcurrentHashMap<>();

    private record Parsed(Map<String, String> config, LogConfig result) {}

    LogConfig of(Topic topic) {
        Parsed known = parsed.get(topic.id());
        if (known != null && known.config.equals(topic.config())) { // one and the same map until the topic changes
            return known.result;
        }
        LogConfig result = LogConfig.of(topic.config());
        if (parsed.size() >= TOPICS_MOST) {
            parsed.clear();
        }
        parsed.put(topic.id(), new Parsed(topic.config(), result));
        return result;
    }
}
