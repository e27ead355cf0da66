package io.barnabas.broker.subscription;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.TopicPartition;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletionStage;

/** Where a subscription's output goes. Called in the subscription's turns alone; nothing here blocks. */
public interface Outlet {
    /**
     * Whether there is room for another frame. When there was none, {@link Subscription#writable} is called as soon as
     * there is.
     */
    boolean writable();

    /** Whether there would be room for another frame even with so many bytes more on their way; nothing is called later. */
    default boolean writableBeside(int bytes) {
        return writable();
    }

    /**
     * A read begins; returns what tells it from others when its records, if there are any, are sent. Another one may be
     * sent meanwhile.
     */
    default long reading() {
        return 0;
    }

    /** What comes to {@link #feed} next is of this read. */
    default void sending(long reading) {}

    /** Whether there are records to send and no credit; told when it changes, and false in the end. */
    default void starving(boolean starving) {}

    /** Begins to send records of one read, those at or above {@code from}. */
    Feed feed(TopicPartition partition, Portion portion, long from);

    /**
     * What is read from now on, with the next offset to be sent of each; an offset is absent while it is not known
     * because the partition cannot be reached.
     */
    void assigned(int generation, SortedMap<TopicPartition, OptionalLong> offsets, Optional<String> waiting);

    /** These partitions go to someone else: nothing of them is sent any more. */
    void revoked(int generation, Set<TopicPartition> partitions);

    /** Something is wrong with one partition; the subscription goes on. */
    void failed(TopicPartition partition, BarnabasException failure);

    /** The subscription is over although nobody asked for it. Nothing follows. */
    void ended(BarnabasException reason);

    /** Completes, on any thread, when the reader's end has received everything sent until now; may never complete. */
    CompletionStage<Void> received();

    /** The records of one read on their way out, a frame at a time. */
    interface Feed {
        /**
         * Sends one frame.
         *
         * @param most records, at least 1; an outlet that sends whole batches may exceed it by less than one batch
         * @return how many it holds; 0 when nothing is left of the read, and then nothing was sent
         * @throws BarnabasException when the stored records cannot be decoded
         */
        int send(long most);

        /** The first offset that was neither sent nor passed over: where the next read begins. */
        long nextOffset();
    }
}
