package io.barnabas.testing;

import io.barnabas.cluster.Cluster;
import io.barnabas.cluster.ClusterSecret;
import io.barnabas.cluster.ClusterView;
import io.barnabas.cluster.Node;
import io.barnabas.cluster.Ownership;
import io.barnabas.cluster.Topic;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A cluster of one node, without ZooKeeper: what is created is owned at once. Listeners are called on the caller. */
public final class InMemoryCluster implements Cluster {
    private static final int NODE_ID = 7;

    private final List<Listener> listeners = new ArrayList<>();
    private final TreeMap<String, Topic> topics = new TreeMap<>();
    private final Map<TopicPartition, Ownership> owners = new HashMap<>();
    private final Map<TopicPartition, Integer> wantedElsewhere = new HashMap<>();
    private int epoch = 1;
    private Session session = Session.CONNECTED;
    private long nextProducerId;

    /** What ZooKeeper would say about this node from now on. */
    public void turn(Session next) {
        session = next;
        listeners.forEach(listener -> listener.sessionChanged(next));
    }

    /** Takes a partition away, as if another node had claimed it. */
    public void disown(TopicPartition partition) {
        owners.remove(partition);
        listeners.forEach(listener -> listener.disowned(topics.get(partition.topic()), partition.partition()));
        announce();
    }

    /** Makes any topic, an internal one too. */
    public Topic ensure(String name, int partitionCount, Map<String, String> config) {
        Topic topic = new Topic(name, new UUID(1, topics.size()), partitionCount, config);
        topics.put(name, topic);
        own(topic, 0);
        return topic;
    }

    private void own(Topic topic, int from) {
        for (int partition = from; partition < topic.partitionCount(); partition++) {
            owners.put(new TopicPartition(topic.name(), partition), new Ownership(NODE_ID, epoch));
        }
        announce();
        for (int partition = from; partition < topic.partitionCount(); partition++) {
            for (Listener listener : listeners) {
                listener.owned(topic, partition, epoch);
            }
        }
        epoch++;
    }

    private void announce() {
        ClusterView view = view();
        listeners.forEach(listener -> listener.viewChanged(view));
    }

    @Override
    public ClusterView view() {
        Node node = new Node(NODE_ID, URI.create("http://127.0.0.1:8080"));
        return new ClusterView(
                "in-memory",
                NODE_ID,
                new TreeMap<>(Map.of(NODE_ID, node)),
                OptionalInt.of(NODE_ID),
                topics,
                owners,
                wanted());
    }

    /** Gives a partition to another node, which need not live. */
    public void want(TopicPartition partition, int nodeId) {
        wantedElsewhere.put(partition, nodeId);
        announce();
    }

    private Map<TopicPartition, Integer> wanted() {
        Map<TopicPartition, Integer> wanted = new HashMap<>();
        topics.values().forEach(topic -> {
            for (int partition = 0; partition < topic.partitionCount(); partition++) {
                wanted.put(new TopicPartition(topic.name(), partition), NODE_ID);
            }
        });
        wanted.putAll(wantedElsewhere);
        return wanted;
    }

    @Override
    public Session session() {
        return session;
    }

    @Override
    public CompletionStage<Topic> createTopic(String name, int partitionCount, Map<String, String> config) {
        if (topics.containsKey(name)) {
            return CompletableFuture.failedFuture(
                    new BarnabasException(ErrorCode.TOPIC_EXISTS, "topic '" + name + "' exists"));
        }
        return CompletableFuture.completedFuture(ensure(name, partitionCount, config));
    }

    @Override
    public CompletionStage<Topic> addPartitions(String name, int partitionCount) {
        Topic old = view().topic(name);
        Topic grown = new Topic(name, old.id(), partitionCount, old.config());
        topics.put(name, grown);
        own(grown, old.partitionCount());
        return CompletableFuture.completedFuture(grown);
    }

    @Override
    public CompletionStage<Topic> changeConfig(String name, Map<String, String> changes) {
        Topic old = view().topic(name);
        Map<String, String> config = new HashMap<>(old.config());
        changes.forEach((key, value) -> {
            if (value == null) {
                config.remove(key);
            } else {
                config.put(key, value);
            }
        });
        Topic changed = new Topic(name, old.id(), old.partitionCount(), config);
        topics.put(name, changed);
        announce();
        return CompletableFuture.completedFuture(changed);
    }

    @Override
    public CompletionStage<Void> deleteTopic(String name) {
        Topic topic = view().topic(name);
        topics.remove(name);
        for (int partition = 0; partition < topic.partitionCount(); partition++) {
            owners.remove(new TopicPartition(name, partition));
            for (Listener listener : listeners) {
                listener.disowned(topic, partition);
            }
        }
        announce();
        listeners.forEach(listener -> listener.topicDeleted(topic));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Long> reserveProducerIds(int count) {
        if (session != Session.CONNECTED) {
            return CompletableFuture.failedFuture(
                    new BarnabasException(ErrorCode.ZOOKEEPER_UNAVAILABLE, "no session, its state is " + session));
        }
        long first = nextProducerId;
        nextProducerId += count;
        return CompletableFuture.completedFuture(first);
    }

    @Override
    public ClusterSecret secret() {
        return ClusterSecret.of("in-memory");
    }

    @Override
    public CompletionStage<Void> drain() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void listen(Listener listener) {
        listeners.add(listener);
    }

    @Override
    public void close() {
        session = Session.CLOSED;
    }
}
