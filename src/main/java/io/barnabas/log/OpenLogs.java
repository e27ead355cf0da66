package io.barnabas.log;

import io.barnabas.log.LogRecovery.Recovered;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The logs of one {@link EmbeddedLogEngine} that are open, and how they come and go: a partition has one log at a time,
 * under an epoch that only rises, and what is asked of a partition is done one after another.
 *
 * <p>Thread-safe; used by the engine alone. Recovers, closes and deletes on the engine's background threads.
 */
final class OpenLogs {
    private final EngineContext context;
    private final Runnable requestCheckpoint;

    /** Changed only by the chain of the partition it belongs to. */
    private final Map<TopicPartition, EmbeddedPartitionLog> open = new ConcurrentHashMap<>();

    /** Opens, closes and deletes of a partition happen one after another; guarded by itself. */
    private final Map<TopicPartition, CompletableFuture<?>> chains = new HashMap<>();

    /** Guarded by {@code chains}, so that nothing is chained behind the last look at them. */
    private boolean closed;

    /** @param requestCheckpoint called when what recovery found should be forced soon; returns at once */
    OpenLogs(EngineContext context, Runnable requestCheckpoint) {
        this.context = context;
        this.requestCheckpoint = requestCheckpoint;
    }

    /** Those that are open now. */
    Collection<EmbeddedPartitionLog> all() {
        return open.values();
    }

    CompletionStage<PartitionLog> open(LogId id, int epoch, LogConfig config) {
        return chained(id.partition(), () -> openNow(id, epoch, config));
    }

    private CompletableFuture<PartitionLog> openNow(LogId id, int epoch, LogConfig config) {
        EmbeddedPartitionLog current = open.get(id.partition());
        if (current == null) {
            return CompletableFuture.completedFuture(recover(id, epoch, config));
        }
        if (current.id().equals(id)) {
            requireNewer(id, epoch, current.epoch());
            if (epoch == current.epoch()) {
                current.configure(config);
                return CompletableFuture.completedFuture(current);
            }
        }
        open.remove(id.partition());
        return current.close(true).thenApplyAsync(nothing -> recover(id, epoch, config), context.background());
    }

    private static void requireNewer(LogId id, int epoch, int seen) {
        if (epoch < seen) {
            throw new BarnabasException(
                    ErrorCode.NOT_OWNER, id + " was opened under epoch " + seen + ", epoch " + epoch + " is too old");
        }
    }

    private PartitionLog recover(LogId id, int epoch, LogConfig config) {
        try {
            Path folder = PartitionFolder.of(context.dataDir(), id.partition());
            UUID found = PartitionFolder.topicId(context.files(), folder);
            if (found != null && !found.equals(id.topicId())) {
                PartitionFolder.remove(context.files(), folder);
                found = null;
            }
            if (found == null) {
                PartitionFolder.create(context.files(), folder, id.topicId());
            }
            Recovered recovered = new LogRecovery(context, id, config).run();
            requireNewer(id, epoch, recovered.epoch());
            LogCheckpoint at = recovered.checkpoint();
            // Durable with the next checkpoint, and until then all that is durable of a new log is in the journal; what
            // is appended under this epoch carries it, too.
            context.checkpoints().put(id, at.withEpoch(epoch));
            EmbeddedPartitionLog log = new EmbeddedPartitionLog(context, id, epoch, config, recovered);
            open.put(id.partition(), log);
            if (recovered.endOffset() != at.offset()) {
                context.dirty().add(log);
                settle(log);
            }
            return log;
        } catch (IOException e) {
            throw IoFailure.of("opening " + id, e);
        }
    }

    /**
     * What a crash left is forced without anybody waiting, except for a compacted log: that is a table, which who opens
     * it reads to its end before anything else.
     */
    private void settle(EmbeddedPartitionLog log) throws IOException {
        if (log.highWatermark() == log.endOffset()) {
            return; // durable through the journal
        }
        if (log.config().compact()) {
            log.flush().run();
        } else {
            requestCheckpoint.run();
        }
    }

    CompletionStage<Void> delete(LogId id) {
        return chained(id.partition(), () -> {
            EmbeddedPartitionLog current = open.get(id.partition());
            if (current == null || !current.id().equals(id)) {
                return CompletableFuture.completedFuture(deleteNow(id));
            }
            open.remove(id.partition());
            return current.close(false).thenApplyAsync(nothing -> deleteNow(id), context.background());
        });
    }

    private Void deleteNow(LogId id) {
        Path folder = PartitionFolder.of(context.dataDir(), id.partition());
        try {
            UUID found = PartitionFolder.topicId(context.files(), folder);
            if (found != null && found.equals(id.topicId())) {
                PartitionFolder.remove(context.files(), folder);
            }
            context.checkpoints().remove(id);
            context.checkpoints().save();
            return null;
        } catch (IOException e) {
            throw IoFailure.of("deleting " + id, e);
        }
    }

    private <T> CompletionStage<T> chained(TopicPartition partition, Supplier<CompletableFuture<T>> work) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        synchronized (chains) {
            if (closed) {
                return CompletableFuture.failedFuture(
                        new BarnabasException(ErrorCode.NOT_OWNER, "the log engine was closed"));
            }
            CompletableFuture<?> before = chains.getOrDefault(partition, CompletableFuture.completedFuture(null));
            CompletableFuture<T> mine = before.handle((result, failure) -> null)
                    .thenComposeAsync(nothing -> work.get(), context.background());
            chains.put(partition, mine);
            var unused = mine.whenComplete((result, failure) -> {
                synchronized (chains) {
                    chains.remove(partition, mine);
                }
                context.answer(() -> {
                    if (failure == null) {
                        answer.complete(result);
                    } else {
                        answer.completeExceptionally(BarnabasException.of(failure));
                    }
                });
            });
        }
        return answer;
    }

    /** From now on nothing is opened or deleted; false when that was so already. */
    boolean refuseMore() {
        synchronized (chains) {
            boolean first = !closed;
            closed = true;
            return first;
        }
    }

    /** What is being opened or deleted, by a name for the log. */
    Map<String, CompletableFuture<?>> underWay() {
        Map<String, CompletableFuture<?>> running = new HashMap<>();
        synchronized (chains) {
            chains.forEach((partition, chain) -> running.put("open or delete " + partition, chain));
        }
        return running;
    }

    /** Closes all that are open, as they flush; each by a name for the log. */
    Map<String, CompletableFuture<?>> closeAll() {
        Map<String, CompletableFuture<?>> closings = new HashMap<>();
        open.forEach((partition, log) -> closings.put("close " + partition, log.close(true)));
        return closings;
    }
}
