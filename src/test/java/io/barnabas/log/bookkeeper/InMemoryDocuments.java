package io.barnabas.log.bookkeeper;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.barnabas.log.LogId;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Documents as ZooKeeper would keep them, with the same rules. Thread-safe. */
final class InMemoryDocuments implements LedgerDocuments {
    private final Map<Key, Stored> parts = new HashMap<>();
    private final Map<Key, Stored> remains = new HashMap<>();
    private boolean away;
    private boolean losesAnswers;
    private Consumer<LedgerList> beforeReplace = list -> {};
    private final CountDownLatch replaced = new CountDownLatch(1);

    private record Key(UUID topicId, int partition) {}

    private record Stored(int epoch, int version, ObjectNode json) {}

    /** What a node does before it opens a partition. */
    synchronized void claim(LogId id, int epoch) {
        Stored before = parts.get(key(id));
        int version = before == null ? 0 : before.version + 1;
        ObjectNode json = before == null ? LedgerList.EMPTY.toJson() : before.json;
        if (before == null || epoch > before.epoch) {
            parts.put(key(id), new Stored(epoch, version, json));
        }
    }

    /** The topic is deleted: its partitions' lists go to what remains. */
    synchronized void deleteTopic(LogId id) {
        Stored stored = parts.remove(key(id));
        if (stored != null) {
            remains.put(key(id), stored);
        }
    }

    /** ZooKeeper cannot be reached. */
    synchronized void away(boolean isAway) {
        away = isAway;
    }

    /** Changes are made, and nobody learns of it. */
    synchronized void losesAnswers(boolean loses) {
        losesAnswers = loses;
    }

    /** Called with each list before it takes the place of another. */
    synchronized void beforeReplace(Consumer<LedgerList> listener) {
        beforeReplace = listener;
    }

    /** Waits until a list was replaced, perhaps without its answer being given. */
    void awaitReplace() {
        try {
            assertThat(replaced.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    synchronized LedgerList list(LogId id) {
        Stored stored = parts.get(key(id));
        return stored == null ? LedgerList.EMPTY : LedgerList.of(stored.json);
    }

    synchronized int remainsCount() {
        return remains.size();
    }

    private static Key key(LogId id) {
        return new Key(id.topicId(), id.partition().partition());
    }

    @Override
    public CompletionStage<Document> owned(LogId id, int epoch) {
        return answer(() -> {
            Stored stored = parts.get(key(id));
            if (stored == null || stored.epoch != epoch) {
                throw notOwner(id.toString());
            }
            return document(key(id), stored);
        });
    }

    @Override
    public CompletionStage<Document> replace(Document expected, LedgerList ledgers) {
        return answer(() -> {
            Key key = new Key(expected.topicId(), expected.partition());
            Stored stored = parts.get(key);
            if (stored == null || stored.epoch != expected.epoch()) {
                throw notOwner(key.toString());
            }
            if (!expected.token().equals(stored.version)) {
                if (stored.json.equals(ledgers.toJson())) {
                    return document(key, stored);
                }
                throw new BarnabasException(ErrorCode.ILLEGAL_STATE, "changed meanwhile");
            }
            beforeReplace.accept(ledgers);
            Stored next = new Stored(stored.epoch, stored.version + 1, ledgers.toJson());
            parts.put(key, next);
            replaced.countDown();
            if (losesAnswers) {
                throw unavailable();
            }
            return document(key, next);
        });
    }

    @Override
    public CompletionStage<List<Document>> remains() {
        return answer(() -> remains.entrySet().stream()
                .map(each -> document(each.getKey(), each.getValue()))
                .toList());
    }

    @Override
    public CompletionStage<Void> forget(Document document) {
        return answer(() -> {
            remains.remove(new Key(document.topicId(), document.partition()));
            return null;
        });
    }

    @Override
    public CompletionStage<Set<Long>> named() {
        return answer(() -> {
            Set<Long> named = new HashSet<>();
            parts.values()
                    .forEach(stored -> named.addAll(LedgerList.of(stored.json).ledgerIds()));
            remains.values()
                    .forEach(stored -> named.addAll(LedgerList.of(stored.json).ledgerIds()));
            return named;
        });
    }

    private static Document document(Key key, Stored stored) {
        return new Document(key.topicId, key.partition, stored.epoch, LedgerList.of(stored.json), stored.version);
    }

    private synchronized <T> CompletionStage<T> answer(Supplier<T> work) {
        try {
            if (away) {
                throw unavailable();
            }
            return CompletableFuture.completedFuture(work.get());
        } catch (BarnabasException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static BarnabasException notOwner(String what) {
        return new BarnabasException(ErrorCode.NOT_OWNER, what + " has another owner");
    }

    private static BarnabasException unavailable() {
        return new BarnabasException(ErrorCode.ZOOKEEPER_UNAVAILABLE, "ZooKeeper is away");
    }
}
