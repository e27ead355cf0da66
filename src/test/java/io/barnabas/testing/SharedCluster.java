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
import java.util.function.Consumer;

/**
 * A cluster of several nodes in one process, without ZooKeeper: the test says who owns what. Every node hears of every
 * change at once, on the thread that makes it. Thread-safe by one lock, which listeners are called under: only for tests
 * whose listeners do not wait for each other.
 */
public final class SharedCluster {
    private final TreeMap<Integer, Member> members = new TreeMap<>();
    private final TreeMap<String, Topic> topics = new TreeMap<>();
    private final Map<TopicPartition, Ownership> owners = new HashMap<>();
    private int epoch;
    private int nextOwner;

    /** A node that does not belong to the cluster yet, so that its listeners miss nothing. */
    public synchronized Cluster prepare(int id, URI url) {
        return new Member(id, url, new ArrayList<>());
    }

    /** The prepared node belongs to the cluster from now on. */
    public synchronized void join(Cluster prepared) {
        Member member = (Member) prepared;
        members.put(member.id, member);
        announce();
    }

    /** The node is gone, and what it owned has no owner. */
    public synchronized void leave(int id) {
        members.remove(id);
        owners.values().removeIf(owner -> owner.nodeId() == id);
        announce();
    }

    /** The partition has no owner from now on. */
    public synchronized void release(TopicPartition partition) {
        Ownership before = owners.remove(partition);
        if (before != null && members.containsKey(before.nodeId())) {
            members.get(before.nodeId())
                    .tell(listener -> listener.disowned(topics.get(partition.topic()), partition.partition()));
        }
        announce();
    }

    /** The partition belongs to this node from now on. */
    public synchronized void give(TopicPartition partition, int node) {
        release(partition);
        Ownership owner = new Ownership(node, ++epoch);
        owners.put(partition, owner);
        announce();
        members.get(node)
                .tell(listener -> listener.owned(topics.get(partition.topic()), partition.partition(), owner.epoch()));
    }

    private void announce() {
        members.values().forEach(member -> member.tell(listener -> listener.viewChanged(view(member))));
    }

    private synchronized ClusterView view(Member of) {
        TreeMap<Integer, Node> nodes = new TreeMap<>();
        members.forEach((id, member) -> nodes.put(id, new Node(id, member.url, "", false, "run-" + id)));
        return new ClusterView("shared", of.id, nodes, OptionalInt.empty(), topics, owners);
    }

    private synchronized Topic create(String name, int partitionCount, Map<String, String> config) {
        Topic topic = new Topic(name, new UUID(2, topics.size()), partitionCount, config);
        topics.put(name, topic);
        announce();
        List<Integer> nodes = List.copyOf(members.keySet());
        for (int partition = 0; partition < partitionCount; partition++) {
            give(new TopicPartition(name, partition), nodes.get(nextOwner++ % nodes.size()));
        }
        return topic;
    }

    private final class Member implements Cluster {
        private final int id;
        private final URI url;
        private final List<Listener> listeners;

        Member(int id, URI url, List<Listener> listeners) {
            this.id = id;
            this.url = url;
            this.listeners = listeners;
        }

        private void tell(Consumer<Listener> event) {
            listeners.forEach(event);
        }

        @Override
        public CompletionStage<Void> drain() {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public ClusterView view() {
            return SharedCluster.this.view(this);
        }

        @Override
        public Session session() {
            return Session.CONNECTED;
        }

        @Override
        public CompletionStage<Topic> createTopic(String name, int partitionCount, Map<String, String> config) {
            return CompletableFuture.completedFuture(create(name, partitionCount, config));
        }

        @Override
        public CompletionStage<Topic> addPartitions(String name, int partitionCount) {
            return refused();
        }

        @Override
        public CompletionStage<Topic> changeConfig(String name, Map<String, String> changes) {
            return refused();
        }

        @Override
        public CompletionStage<Void> deleteTopic(String name) {
            return refused();
        }

        private <T> CompletionStage<T> refused() {
            return CompletableFuture.failedFuture(
                    new BarnabasException(ErrorCode.ILLEGAL_STATE, "no test has needed this yet"));
        }

        @Override
        public CompletionStage<Long> reserveProducerIds(int count) {
            return CompletableFuture.completedFuture(0L);
        }

        @Override
        public ClusterSecret secret() {
            return ClusterSecret.of("shared by the test");
        }

        @Override
        public void listen(Listener listener) {
            listeners.add(listener);
        }

        @Override
        public void close() {
            listeners.clear();
        }
    }
}
