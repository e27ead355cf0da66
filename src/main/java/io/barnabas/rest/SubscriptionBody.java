package io.barnabas.rest;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.barnabas.broker.consumer.Subscription;
import io.barnabas.broker.consumer.TopicPattern;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicName;
import io.barnabas.record.TopicPartition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The body of {@code POST .../subscription}: topics or a pattern; an empty list of topics ends the subscription. */
record SubscriptionBody(
        @JsonProperty("topics") List<String> topics,
        @JsonProperty("topic_pattern") String pattern) {

    SubscriptionBody {
        if (topics == null && pattern == null) {
            throw ControlJson.invalid("give 'topics' or 'topic_pattern'");
        }
        if (topics != null && pattern != null) {
            throw new BarnabasException(
                    ErrorCode.SUBSCRIPTION_CONFLICT, "'topics' and 'topic_pattern' exclude each other");
        }
    }

    boolean ends() {
        return topics != null && topics.isEmpty();
    }

    Subscription subscription() {
        if (pattern != null) {
            return new Subscription.Pattern(TopicPattern.of(pattern));
        }
        for (int i = 0; i < topics.size(); i++) {
            TopicName.requireLabel("topics[" + i + "]", topics.get(i));
        }
        return new Subscription.Topics(new HashSet<>(topics));
    }

    /** The answer of {@code GET .../subscription}. */
    record View(
            @JsonProperty("topics") List<String> topics,
            @JsonProperty("topic_pattern") String pattern,
            @JsonProperty("partitions") List<Map<String, List<Integer>>> partitions) {

        static View of(Subscription subscription, Collection<TopicPartition> assigned) {
            List<String> topics = subscription instanceof Subscription.Topics named
                    ? named.names().stream().sorted().toList()
                    : List.of();
            String pattern = subscription instanceof Subscription.Pattern matching
                    ? matching.pattern().expression()
                    : null;
            Map<String, List<Integer>> byTopic = new TreeMap<>();
            assigned.stream().sorted().forEach(partition -> byTopic.computeIfAbsent(
                            partition.topic(), absent -> new ArrayList<>())
                    .add(partition.partition()));
            List<Map<String, List<Integer>>> partitions = new ArrayList<>();
            byTopic.forEach((topic, numbers) -> partitions.add(Map.of(topic, numbers)));
            return new View(topics, pattern, partitions);
        }
    }
}
