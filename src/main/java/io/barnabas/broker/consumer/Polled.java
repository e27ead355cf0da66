package io.barnabas.broker.consumer;

import static java.util.Objects.requireNonNull;

import io.barnabas.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * What a poll found. Its records count as returned when {@link #handedOver} says how far they were written; until that
 * or {@link #lost} the instance takes no other poll. Either may be called from any thread; the first call counts.
 */
public final class Polled {
    private final InstanceSettings settings;
    private final List<Chunk> chunks;
    private final Consumer<Map<TopicPartition, Long>> outcome;
    private final AtomicBoolean told = new AtomicBoolean();

    Polled(InstanceSettings settings, List<Chunk> chunks, Consumer<Map<TopicPartition, Long>> outcome) {
        this.settings = requireNonNull(settings, "settings");
        this.chunks = List.copyOf(chunks);
        this.outcome = requireNonNull(outcome, "outcome");
    }

    public InstanceSettings settings() {
        return settings;
    }

    /** One for each partition that had something, in the order in which to return them. */
    public List<Chunk> chunks() {
        return chunks;
    }

    /**
     * The answer went to the client.
     *
     * @param nextOffsets for each partition of which all up to there was returned; one that is left out stays
     */
    public void handedOver(Map<TopicPartition, Long> nextOffsets) {
        if (told.compareAndSet(false, true)) {
            outcome.accept(Map.copyOf(nextOffsets));
        }
    }

    /** The answer did not reach the client, as far as can be told: the next poll returns the same records. */
    public void lost() {
        handedOver(Map.of());
    }

    /**
     * Batches of one partition.
     *
     * @param offset of the first record to return; the first batch may begin before it
     * @param batches whole batches, back to back, read-only
     */
    public record Chunk(TopicPartition partition, long offset, ByteBuffer batches) {}
}
