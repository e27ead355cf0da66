package io.barnabas.load;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** Something that records can be sent to and read from over one kind of connection. Used by one thread at a time. */
interface Target extends Closeable {
    /** What it is called on the command line and in the report. */
    String name();

    /** The ports its servers listen on, on this machine, by which their processes are found; empty when not known. */
    List<Integer> localPorts();

    void createTopic(String topic, int partitions) throws IOException;

    void deleteTopic(String topic) throws IOException;

    /** Everything one thread needs to send or read; the thread that uses it closes it. */
    Lane openLane(String topic) throws IOException;

    /** Whether what was sent can be read back. */
    default boolean readable() {
        return true;
    }

    /** The connections of one thread. Confined to it. */
    interface Lane extends Closeable {
        Sender sender(Acknowledgements acknowledgements) throws IOException;

        /** Reads these partitions from their beginning on. */
        void receive(List<Integer> partitions, Deliveries deliveries) throws IOException;

        /**
         * Writes and reads what can be, and tells senders' and receivers' listeners, before it returns. Waits at most
         * so long when there is nothing to do; 0 does not wait.
         */
        void turn(long waitNanos) throws IOException;
    }

    /** One producer. Confined to its lane's thread. */
    interface Sender {
        /** Whether a record can be taken now; when not, take turns until one can. */
        boolean hasRoom();

        /** Takes a record; key and value are copied before this returns. The key may be null. */
        void send(int partition, byte[] key, byte[] value, int sequence, long intendedNanos) throws IOException;

        /** No more records come: what waits for company goes. */
        void finish() throws IOException;

        /** Records taken and not answered for. */
        long unanswered();
    }

    /** Hears what became of a producer's records. Called by one thread at a time, not always the lane's. */
    interface Acknowledgements {
        /** Where the answer gave no place. */
        long NO_OFFSET = -1;

        void stored(int sequence, long intendedNanos, int partition, long offset);

        void refused(int sequence, String reason);
    }

    /** Hears what a consumer reads. Confined to the lane's thread. */
    interface Deliveries {
        /** Comes before the records that have just been read. */
        void arrived();

        /** One record, in the order read. Arrays belong to the caller; a key length of -1 is no key. */
        void record(
                int partition,
                long offset,
                byte[] key,
                int keyAt,
                int keyLength,
                byte[] value,
                int valueAt,
                int valueLength);

        /** Bytes that are not what they should be, such as a wrong checksum. */
        void damaged(int partition, String what);
    }
}
