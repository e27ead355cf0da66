package io.barnabas.broker.subscription;

import io.barnabas.broker.StartPosition;
import io.barnabas.log.PartitionLog.Registration;
import io.barnabas.record.TopicPartition;
import java.util.concurrent.CompletionStage;
import java.util.function.LongConsumer;

/** What a subscription needs of the broker; thread-safe. Failures are {@link io.barnabas.record.BarnabasException}. */
interface RecordSource {
    /** How many partitions the topic has now; throws {@code UNKNOWN_TOPIC}. */
    int partitionCount(String topic);

    /** Whole batches from the one that holds {@code offset}, as they are now; never waits for more. */
    CompletionStage<Portion> read(TopicPartition partition, long offset, int maxBytes);

    /** Exclusive end of what can be read; throws when the partition is not served here at the moment. */
    long highWatermark(TopicPartition partition);

    /** Calls the listener, which returns at once, whenever there is more; throws as {@link #highWatermark}. */
    Registration onRecords(TopicPartition partition, LongConsumer listener);

    CompletionStage<Long> resolve(TopicPartition partition, StartPosition start);

    /** Where a group goes on. */
    CompletionStage<Long> resume(String group, TopicPartition partition, StartPosition start);
}
