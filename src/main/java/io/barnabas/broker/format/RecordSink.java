package io.barnabas.broker.format;

/** Takes the records of a produce request one by one, as they are read. */
@FunctionalInterface
public interface RecordSink {
    /**
     * Takes one record, whose bytes are valid only during the call. Later records of the same request may still turn out
     * to be wrong: nothing may be appended before the whole request has been read.
     */
    void accept(IncomingRecord record);
}
