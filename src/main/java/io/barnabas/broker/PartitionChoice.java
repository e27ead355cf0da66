package io.barnabas.broker;

import io.barnabas.cluster.Topic;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.KeyPartitioner;
import io.barnabas.record.RoundRobin;
import java.util.OptionalInt;

/**
 * Where the records of one {@link ProduceRequest} go: to the request's partition, else to its own, else by murmur2 of its
 * key, else round robin, record by record. With an idempotency key a repeat of the request chooses as its first try did.
 * Confined to the request's thread.
 */
final class PartitionChoice {
    private final Topic topic;
    private final OptionalInt fixedPartition;
    private final RoundRobin rounds;

    /** Null when the request has none. */
    private final IdempotencyKey key;

    private int dealt;

    /** @param fixedPartition that the request names for all of its records */
    PartitionChoice(Topic topic, OptionalInt fixedPartition, RoundRobin rounds, IdempotencyKey key) {
        this.topic = topic;
        this.fixedPartition = fixedPartition;
        this.rounds = rounds;
        this.key = key;
    }

    /**
     * The partition of the next record.
     *
     * @param record its place in the request
     * @param asked the partition that it names, -1 when it does not
     * @throws BarnabasException {@code INVALID_FIELD} when the request names a partition and the record does, too
     */
    int of(int record, int asked, byte[] recordKey, int keyAt, int keyLength) {
        if (fixedPartition.isPresent()) {
            if (asked >= 0) {
                throw new BarnabasException(
                        ErrorCode.INVALID_FIELD,
                        "records[" + record + "].partition must not be given: the path names the partition");
            }
            return fixedPartition.getAsInt();
        }
        if (asked >= 0) {
            return asked;
        }
        if (recordKey != null) {
            return KeyPartitioner.partition(recordKey, keyAt, keyLength, topic.partitionCount());
        }
        dealt++;
        if (key != null) {
            return (key.firstTurn(topic.partitionCount()) + dealt - 1) % topic.partitionCount();
        }
        return rounds.next(topic.name(), topic.partitionCount());
    }

    /** How many records named neither a partition nor a key. */
    int dealt() {
        return dealt;
    }
}
