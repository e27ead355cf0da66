package io.barnabas.cluster;

import io.barnabas.cluster.Snapshot.Versioned;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicName;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * Changes of topics from the asking to the moment they are in sight on this node. Thread-safe; the writing happens on
 * the work thread, the watching on the event thread.
 */
final class TopicChanges {
    private final Catalogue catalogue;
    private final Holdings holdings;
    private final Expectations expectations;
    private final Executor events;
    private final Executor work;
    private final Node node;
    private final int limit;
    private final Semaphore permits;

    /** Answers owed; kept so that a node that closes leaves nobody waiting. */
    private final Map<Long, CompletableFuture<?>> owed = new ConcurrentHashMap<>();

    private final AtomicLong asked = new AtomicLong();

    /** What the changes need to know of the node they are made on. */
    interface Node {
        Cluster.Session session();

        ClusterView view();

        /** Called on the event thread only. */
        Snapshot snapshot();
    }

    TopicChanges(
            Catalogue catalogue,
            Holdings holdings,
            Expectations expectations,
            Executor events,
            Executor work,
            Node node,
            int limit) {
        this.catalogue = catalogue;
        this.holdings = holdings;
        this.expectations = expectations;
        this.events = events;
        this.work = work;
        this.node = node;
        this.limit = limit;
        this.permits = new Semaphore(limit);
    }

    CompletionStage<Topic> create(String name, int partitionCount, Map<String, String> config) {
        return changed(() -> {
            requirePublic(name);
            return catalogue.create(name, partitionCount, config, node.view());
        });
    }

    CompletionStage<Topic> ensureInternal(String name, int partitionCount, Map<String, String> config) {
        return changed(() -> {
            if (!TopicName.internal(TopicName.require(name))) {
                throw new BarnabasException(
                        ErrorCode.INVALID_NAME,
                        "an internal topic's name starts with " + TopicName.INTERNAL_PREFIX + ", got '" + name + "'");
            }
            return catalogue.ensure(name, partitionCount, config, node.view());
        });
    }

    CompletionStage<Topic> addPartitions(String name, int partitionCount) {
        return changed(() -> {
            requirePublic(name);
            return catalogue.addPartitions(name, partitionCount, node.view());
        });
    }

    CompletionStage<Topic> changeConfig(String name, Map<String, String> changes) {
        return changed(() -> {
            TopicName.require(name);
            return catalogue.changeConfig(name, changes);
        });
    }

    CompletionStage<Void> delete(String name) {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        submit("changing a topic", answer, () -> {
            requirePublic(name);
            Topic topic = catalogue.delete(name);
            expect(
                    "topic '" + name + "' is deleted",
                    now -> now.topic(topic.id()).isEmpty(),
                    null,
                    answer);
            return null;
        });
        return answer;
    }

    /** Something else that has to wait for ZooKeeper, under the same bound, answered as soon as it is done. */
    <T> CompletionStage<T> asked(String what, Callable<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        submit(what, answer, () -> {
            answer.complete(question.call());
            return null;
        });
        return answer;
    }

    /** A new state is in; called on the event thread. */
    void seen(Snapshot snapshot) {
        expectations.check(snapshot);
    }

    /** Fails what is still owed, once nothing can answer it any more. */
    void close() {
        owed.values()
                .forEach(answer -> answer.completeExceptionally(new BarnabasException(
                        ErrorCode.ZOOKEEPER_UNAVAILABLE, "this node left the cluster before it saw the change")));
    }

    private CompletionStage<Topic> changed(Callable<Versioned<Topic>> change) {
        CompletableFuture<Topic> answer = new CompletableFuture<>();
        submit("changing a topic", answer, () -> {
            Versioned<Topic> made = change.call();
            String name = made.value().name();
            expect("topic '" + name + "' is placed and owned", now -> visible(made, now), made.value(), answer);
            return null;
        });
        return answer;
    }

    /** The change, or a later one, is in sight, and this node holds what it shall own of the topic. */
    private boolean visible(Versioned<Topic> made, Snapshot now) {
        Versioned<Topic> seen = now.topics().get(made.value().name());
        return seen != null
                && seen.value().id().equals(made.value().id())
                && seen.version() >= made.version()
                && holdings.settled(seen.value(), now);
    }

    private void submit(String what, CompletableFuture<?> answer, Callable<Void> change) {
        Cluster.Session session = node.session();
        if (session != Cluster.Session.CONNECTED) {
            answer.completeExceptionally(new BarnabasException(
                    ErrorCode.ZOOKEEPER_UNAVAILABLE,
                    "this node has no session with ZooKeeper at the moment, its state is " + session));
            return;
        }
        if (!permits.tryAcquire()) {
            answer.completeExceptionally(new BarnabasException(
                    ErrorCode.TOO_MANY, "more than " + limit + " changes of topics wait on this node"));
            return;
        }
        long number = asked.incrementAndGet();
        owed.put(number, answer);
        CompletableFuture<?> unused = answer.whenComplete((done, failure) -> {
            owed.remove(number);
            permits.release();
        });
        work.execute(() -> {
            try {
                change.call();
            } catch (Exception e) {
                answer.completeExceptionally(ZooKeeperErrors.of(what, e));
            }
        });
        if (node.session() == Cluster.Session.CLOSED) {
            close(); // it closed meanwhile and may have missed this answer
        }
    }

    private <T> void expect(String what, Predicate<Snapshot> met, T value, CompletableFuture<T> answer) {
        events.execute(() -> {
            expectations.add(what, met, value, answer);
            expectations.check(node.snapshot());
        });
    }

    private static void requirePublic(String name) {
        if (TopicName.internal(TopicName.require(name))) {
            throw new BarnabasException(
                    ErrorCode.INVALID_NAME,
                    "topic '" + name + "' belongs to the broker: names that start with " + TopicName.INTERNAL_PREFIX
                            + " cannot be created, changed or deleted");
        }
    }
}
