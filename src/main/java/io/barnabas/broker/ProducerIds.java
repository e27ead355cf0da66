package io.barnabas.broker;

import static java.util.Objects.requireNonNull;

import io.barnabas.cluster.Cluster;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Gives producers their ids, out of blocks that this node takes from the cluster. What is left of a block when the node
 * stops is lost; there are 2^62 ids. Thread-safe.
 */
final class ProducerIds {
    static final int BLOCK = 1_000;

    private final Cluster cluster;

    /** Guards what follows; held for a few instructions, never while anything is completed. */
    private final Object lock = new Object();

    private long next;
    private long end;

    /** The block on its way, which all wait for that find none left; null when there is none. */
    private CompletableFuture<Void> coming;

    ProducerIds(Cluster cluster) {
        this.cluster = requireNonNull(cluster, "cluster");
    }

    /** An id that nobody has had, with epoch 0; {@code ZOOKEEPER_UNAVAILABLE} when that cannot be known. */
    CompletionStage<ProducerIdentity> assign() {
        CompletableFuture<Void> block;
        boolean mine = false;
        synchronized (lock) {
            if (next < end) {
                return CompletableFuture.completedFuture(new ProducerIdentity(next++, (short) 0));
            }
            if (coming == null) {
                coming = new CompletableFuture<>();
                mine = true;
            }
            block = coming;
        }
        if (mine) {
            take(block);
        }
        return block.thenCompose(here -> assign());
    }

    private void take(CompletableFuture<Void> block) {
        cluster.reserveProducerIds(BLOCK).whenComplete((first, failure) -> {
            synchronized (lock) {
                coming = null;
                if (failure == null) {
                    next = first;
                    end = first + BLOCK;
                }
            }
            if (failure == null) {
                block.complete(null);
            } else {
                block.completeExceptionally(BarnabasException.of(failure));
            }
        });
    }

    /**
     * The next epoch of a producer that has this one; after the last epoch a new id. In each partition the old epoch is
     * refused from the new one's first record on.
     *
     * @return fails with {@code INVALID_FIELD} for an id that was never given out
     */
    CompletionStage<ProducerIdentity> renew(ProducerIdentity known) {
        boolean given;
        synchronized (lock) {
            given = known.producerId() < end;
        }
        if (given) {
            return renewed(known);
        }
        return cluster.reserveProducerIds(0).thenCompose(unused -> {
            if (known.producerId() >= unused) {
                throw new BarnabasException(
                        ErrorCode.INVALID_FIELD, "producer id " + known.producerId() + " was never given out");
            }
            return renewed(known);
        });
    }

    private CompletionStage<ProducerIdentity> renewed(ProducerIdentity known) {
        return known.producerEpoch() == Short.MAX_VALUE
                ? assign()
                : CompletableFuture.completedFuture(
                        new ProducerIdentity(known.producerId(), (short) (known.producerEpoch() + 1)));
    }
}
