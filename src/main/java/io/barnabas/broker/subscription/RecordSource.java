package io.barnabas.broker.subscription;

import io.barnabas.broker.StartPosition;
import io.barnabas.log.PartitionLog;
import io.barnabas.log.PartitionLog.Registration;
import io.barnabas.record.TopicPartition;
import java.util.concurrent.CompletionStage;
import java.util.function.LongConsumer;

/** What a subscription needs of the broker; thread-safe. Failures are {@link io.barnabas.record.BarnabasException}. */
interface RecordSource {
    /** How many partitions the topic has now; throws {@code UNKNOWN_TOPIC}. */
    int partitionCount(String topic);

    /** Whole batches from the one that holds {@code offset}, as they are now; never waits for more. To be closed. */
    CompletionStage<Portion> read(TopicPartition partition, long offset, int maxBytes);

    /**
     * The log that serves the partition now, another object after every change of its owner; throws when there is none at
     * the moment. Its high watermark is what was heard last.
     */
    PartitionLog log(TopicPartition partition);

    /** Calls the listener, which returns at once, whenever the log has more. */
    Registration onRecords(PartitionLog log, LongConsumer listener);

    CompletionStage<Long> resolve(TopicPartition partition, StartPosition start);

    /** Where a group goes on. */
    CompletionStage<Long> resume(String group, TopicPartition partition, StartPosition start);
}
