package io.barnabas.load;

import io.barnabas.record.Acks;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;

/**
 * Apache Kafka through its own clients, with their default settings but for what is given.
 *
 * <p>The same class of durability is asked of both sides. {@code all} means on disk before the answer: here {@code
 * acks=all} on a topic with {@code flush.messages=1}. {@code leader} means in the page cache: Kafka's defaults, whose
 * {@code acks=all} waits for no disk. {@code none} is {@code acks=0}.
 */
final class KafkaTarget implements Target {
    private static final String BOOTSTRAP = "bootstrap.servers";

    private final String name;
    private final String bootstrap;
    private final Acks acks;
    private final Settings settings;
    private final Admin admin;

    /** What is set beside the defaults, for the producer, the consumer and the topic. */
    record Settings(Map<String, String> producer, Map<String, String> consumer, Map<String, String> topic) {}

    KafkaTarget(String name, String bootstrap, Acks acks, Settings settings) {
        this.name = name;
        this.bootstrap = bootstrap;
        this.acks = acks;
        this.settings = settings;
        this.admin = Admin.create(Map.of(BOOTSTRAP, bootstrap));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<Integer> localPorts() {
        String[] parts = bootstrap.split(":", -1);
        boolean here =
                parts.length == 2 && List.of("127.0.0.1", "localhost").contains(parts[0].toLowerCase(Locale.ROOT));
        return here ? List.of(Integer.parseInt(parts[1])) : List.of();
    }

    @Override
    public void createTopic(String topic, int partitions) throws IOException {
        Map<String, String> configuration = new HashMap<>();
        if (acks == Acks.ALL) {
            configuration.put("flush.messages", "1");
        }
        configuration.putAll(settings.topic());
        NewTopic created = new NewTopic(topic, partitions, (short) 1).configs(configuration);
        await("creating topic " + topic, admin.createTopics(List.of(created)).all());
    }

    @Override
    public void deleteTopic(String topic) throws IOException {
        await("deleting topic " + topic, admin.deleteTopics(List.of(topic)).all());
    }

    @Override
    public Lane openLane(String topic) {
        Map<String, Object> producer = new HashMap<>(settings.producer());
        producer.put(BOOTSTRAP, bootstrap);
        if (acks == Acks.NONE) {
            producer.putIfAbsent("acks", "0");
        }
        Map<String, Object> consumer = new HashMap<>(settings.consumer());
        consumer.put(BOOTSTRAP, bootstrap);
        return new KafkaLane(topic, producer, consumer);
    }

    @Override
    public void close() {
        admin.close();
    }

    private static void await(String what, KafkaFuture<Void> future) throws IOException {
        try {
            future.get();
        } catch (ExecutionException e) {
            throw new IOException(what + ": " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(what + " was interrupted", e);
        }
    }
}
