package io.barnabas.cluster;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.BackgroundCallback;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.framework.api.transaction.TransactionOp;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;

/**
 * Curator in the background, as stages: nobody waits on a thread. Thread-safe. Answers come on the given executor, and
 * none is left open when this closes.
 */
final class AsyncZooKeeper {
    private static final int PARALLEL = 64;

    private final CuratorFramework client;
    private final Executor answers;

    /** What is asked and not answered: Curator does not answer what it had in hand when it closes. */
    private final Map<Long, CompletableFuture<?>> open = new ConcurrentHashMap<>();

    private final AtomicLong asked = new AtomicLong();

    private volatile boolean closed;

    AsyncZooKeeper(CuratorFramework client, Executor answers) {
        this.client = client;
        this.answers = answers;
    }

    /** A document and its version. */
    static final class Found {
        private final byte[] bytes;
        private final int version;

        Found(byte[] bytes, int version) {
            this.bytes = bytes;
            this.version = version;
        }

        byte[] bytes() {
            return bytes;
        }

        int version() {
            return version;
        }
    }

    /** Writes that are made together or not at all. */
    interface Writes {
        List<CuratorOp> of(TransactionOp operations) throws Exception;
    }

    /** The document, or nothing when there is none. */
    CompletionStage<Optional<Found>> read(String path) {
        return ask(
                "reading " + path,
                callback -> client.getData().inBackground(callback, answers).forPath(path),
                event -> {
                    Code code = Code.get(event.getResultCode());
                    return switch (code) {
                        case OK ->
                            Optional.of(
                                    new Found(event.getData(), event.getStat().getVersion()));
                        case NONODE -> Optional.empty();
                        default -> throw failed("reading " + path, code);
                    };
                });
    }

    /** Names of what is directly below; none when the path is not there. */
    CompletionStage<List<String>> children(String path) {
        return ask(
                "listing " + path,
                callback -> client.getChildren().inBackground(callback, answers).forPath(path),
                event -> {
                    Code code = Code.get(event.getResultCode());
                    return switch (code) {
                        case OK -> List.copyOf(event.getChildren());
                        case NONODE -> List.of();
                        default -> throw failed("listing " + path, code);
                    };
                });
    }

    /** Afterwards reads see everything that was written anywhere before. */
    CompletionStage<Void> sync(String path) {
        return ask(
                "syncing " + path,
                callback -> client.sync().inBackground(callback, answers).forPath(path),
                event -> {
                    Code code = Code.get(event.getResultCode());
                    if (code != Code.OK) {
                        throw failed("syncing " + path, code);
                    }
                    return null;
                });
    }

    /** {@code OK}, or what ZooKeeper refused them for; without an answer {@code ZOOKEEPER_UNAVAILABLE}. */
    CompletionStage<Code> transact(Writes writes) {
        return ask(
                "writing",
                callback -> client.transaction()
                        .inBackground(callback, answers)
                        .forOperations(writes.of(client.transactionOp())),
                event -> {
                    Code code = Code.get(event.getResultCode());
                    return switch (code) {
                        case OK, BADVERSION, NONODE, NODEEXISTS, NOTEMPTY -> code;
                        default -> throw failed("writing", code);
                    };
                });
    }

    /** Asks for each, so many at a time; answers in their order. The first failure is the answer, and ends the asking. */
    <K, V> CompletionStage<List<V>> each(List<K> keys, Function<K, CompletionStage<V>> question) {
        CompletableFuture<List<V>> answer = new CompletableFuture<>();
        List<CompletableFuture<V>> all = new ArrayList<>(keys.size());
        Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
        for (K key : keys) {
            CompletableFuture<V> one = new CompletableFuture<>();
            all.add(one);
            waiting.add(() -> question.apply(key).whenComplete((value, failure) -> {
                if (failure == null) {
                    one.complete(value);
                    next(waiting);
                } else {
                    waiting.clear();
                    answer.completeExceptionally(failure);
                }
            }));
        }
        for (int i = 0; i < PARALLEL; i++) {
            next(waiting);
        }
        CompletableFuture<?> unused = CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
                .thenRun(() -> answer.complete(
                        all.stream().map(CompletableFuture::join).toList()));
        return answer;
    }

    /** Fails what is open, and all that is asked from now on. */
    void close() {
        closed = true;
        open.values().forEach(answer -> answer.completeExceptionally(gone()));
    }

    private static void next(Queue<Runnable> waiting) {
        Runnable task = waiting.poll();
        if (task != null) {
            task.run();
        }
    }

    private static BarnabasException failed(String doing, Code code) {
        return ZooKeeperErrors.of(doing, KeeperException.create(code));
    }

    private static BarnabasException gone() {
        return new BarnabasException(
                ErrorCode.ZOOKEEPER_UNAVAILABLE, "this node left the cluster before it was answered");
    }

    private <T> CompletionStage<T> ask(String doing, Question question, Function<CuratorEvent, T> reader) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        long number = asked.incrementAndGet();
        open.put(number, answer);
        CompletableFuture<?> unused = answer.whenComplete((value, failure) -> open.remove(number));
        try {
            question.send((curator, event) -> {
                try {
                    answer.complete(reader.apply(event));
                } catch (RuntimeException e) {
                    answer.completeExceptionally(BarnabasException.of(e));
                }
            });
        } catch (Exception e) {
            answer.completeExceptionally(ZooKeeperErrors.of(doing, e));
        }
        if (closed) {
            answer.completeExceptionally(gone()); // it closed meanwhile and may have missed this one
        }
        return answer;
    }

    private interface Question {
        void send(BackgroundCallback callback) throws Exception;
    }
}
