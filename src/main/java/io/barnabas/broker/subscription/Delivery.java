package io.barnabas.broker.subscription;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.StartPosition;
import io.barnabas.log.PartitionLog;
import io.barnabas.log.PartitionLog.Registration;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The pump of one subscription: reads its partitions in turn and sends what they hold while there is credit and the
 * outlet has room; otherwise it rests and keeps positions, never records. New records, credit and room wake it.
 *
 * <p>One read is under way at a time, also while the one before is being sent if credit and room reach for both, so
 * the memory of a subscription is two reads, whatever the number of partitions. Confined to the turns of the
 * subscription.
 */
final class Delivery {
    /** A read aims at this many records' worth of bytes more than the credit, so that a guess too low costs little. */
    private static final int SPARE_RECORDS = 16;

    private static final int LEAST_READ_BYTES = 16 << 10;

    private final RecordSource source;
    private final Outlet outlet;
    private final Executor turns;
    private final int readBytes;
    private final StartPosition restart;

    private final SortedMap<TopicPartition, PartitionReader> readers = new TreeMap<>();

    /** Readers that may have something, the next one first; each at most once. */
    private final LinkedHashSet<PartitionReader> waiting = new LinkedHashSet<>();

    /** Set by notification threads and cleared in a turn: many notifications, one task. */
    private final AtomicBoolean woken = new AtomicBoolean();

    /** Below zero when whole batches held more than there was credit for. */
    private long credit;

    private boolean reading;
    private boolean resting;
    private boolean starving;
    private boolean closed;

    /** Bytes of stored record for each one sent, a running mean; what a read should ask for with little credit. */
    private long recordBytes = 1024;

    /** @param restart where a reader goes on whose offset is not there any more */
    Delivery(RecordSource source, Outlet outlet, Executor turns, int readBytes, StartPosition restart) {
        this.source = requireNonNull(source, "source");
        this.outlet = requireNonNull(outlet, "outlet");
        this.turns = requireNonNull(turns, "turns");
        this.readBytes = readBytes;
        this.restart = restart instanceof StartPosition.Offset ? new StartPosition.Earliest() : restart;
    }

    /** Reads the partition from this offset on. */
    void add(TopicPartition partition, long offset) {
        PartitionReader reader = new PartitionReader(partition, offset);
        readers.put(partition, reader);
        attach(reader);
        pump();
    }

    /** Stops reading the partition; a read under way comes to nothing. */
    void remove(TopicPartition partition) {
        PartitionReader reader = readers.remove(partition);
        if (reader != null) {
            waiting.remove(reader);
            reader.close();
        }
    }

    boolean holds(TopicPartition partition) {
        return readers.containsKey(partition);
    }

    /** The next offset to be sent of a partition that is held. */
    long position(TopicPartition partition) {
        return readers.get(partition).position();
    }

    /** The next offset to be sent of each partition. */
    Map<TopicPartition, Long> positions() {
        Map<TopicPartition, Long> positions = new TreeMap<>();
        readers.forEach((partition, reader) -> positions.put(partition, reader.position()));
        return positions;
    }

    /** Goes on elsewhere in a partition that is held. */
    void seek(TopicPartition partition, long offset) {
        PartitionReader reader = readers.get(partition);
        reader.seek(offset);
        attach(reader);
        pump();
    }

    long credit() {
        return credit;
    }

    /** Sends nothing for a while, or goes on. */
    void rest(boolean now) {
        resting = now;
        pump();
    }

    /** Lets this many more records go. */
    void credit(long records) {
        credit += records;
        pump();
    }

    /** Reads on if nothing is in the way. */
    void pump() {
        noteStarvation();
        if (closed || resting || reading || credit <= 0 || !outlet.writable()) {
            return;
        }
        readNext(credit);
    }

    /** @param left of the credit when what is read is sent */
    private void readNext(long left) {
        PartitionReader reader = nextInLine();
        if (reader == null) {
            return;
        }
        reading = true;
        long mark = outlet.reading();
        PartitionReader.Attempt attempt = reader.attempt();
        source.read(reader.partition(), attempt.offset(), bytesToRead(left))
                .whenComplete((read, failure) -> turns.execute(() -> {
                    outlet.sending(mark);
                    arrived(reader, attempt, read, failure);
                }));
    }

    /** Only what stands in line counts: a reader that has seen all there is does not starve. */
    private void noteStarvation() {
        boolean now = !closed && credit <= 0 && waiting.stream().anyMatch(PartitionReader::behind);
        if (now != starving) {
            starving = now;
            outlet.starving(now);
        }
    }

    private PartitionReader nextInLine() {
        Iterator<PartitionReader> line = waiting.iterator();
        while (line.hasNext()) {
            PartitionReader reader = line.next();
            line.remove();
            if (reader.behind()) {
                return reader;
            }
        }
        return null;
    }

    private int bytesToRead(long left) {
        long wanted = Math.min(left, readBytes) + SPARE_RECORDS;
        return (int) Math.max(Math.min(LEAST_READ_BYTES, readBytes), Math.min(readBytes, wanted * recordBytes));
    }

    private void arrived(PartitionReader reader, PartitionReader.Attempt attempt, Portion read, Throwable failure) {
        reading = false;
        try (read) {
            if (!closed && reader.current(attempt)) {
                if (credit > 0 && !resting) {
                    take(reader, attempt, read, failure);
                } else { // it was read ahead, and what went before took all
                    enqueue(reader);
                }
            }
        }
        pump();
    }

    private void take(PartitionReader reader, PartitionReader.Attempt attempt, Portion read, Throwable failure) {
        try {
            if (failure != null) {
                throw BarnabasException.of(failure);
            }
            readAhead(reader, read);
            send(reader, read);
            reader.saw(attempt, read.highWatermark());
            enqueue(reader);
        } catch (BarnabasException e) {
            reader.settle();
            failed(reader, e);
        }
    }

    /** Has the next read begin before this one is sent, unless sending is likely to end with this one. */
    private void readAhead(PartitionReader reader, Portion read) {
        int bytes = read.batches().remaining();
        long end = endOffset(read, reader.position());
        long left = credit - (end - reader.position());
        if (bytes > 0 && left > 0 && outlet.writableBeside(bytes)) {
            reader.reached(end);
            enqueue(reader);
            readNext(left);
        }
    }

    /** Beyond everything when a batch is damaged: nothing is read ahead then, and sending finds the place and tells it. */
    private static long endOffset(Portion read, long from) {
        try {
            return read.endOffset(from);
        } catch (BarnabasException damaged) {
            return Long.MAX_VALUE;
        }
    }

    private void send(PartitionReader reader, Portion read) {
        int bytes = read.batches().remaining();
        if (bytes == 0) {
            return;
        }
        long from = reader.position();
        Outlet.Feed feed = outlet.feed(reader.partition(), read, from);
        long sent = 0;
        int records;
        do {
            records = feed.send(credit);
            sent += records;
            credit -= records;
            reader.advance(feed.nextOffset());
        } while (records > 0 && credit > 0 && outlet.writable());
        reader.settle();
        if (records == 0 && feed.nextOffset() <= from) {
            throw new BarnabasException(
                    ErrorCode.CORRUPT_DATA,
                    "what is stored at offset " + from + " of " + reader.partition() + " leads nowhere");
        }
        if (records == 0 && sent > 0) { // a whole read went: what a record weighs is known
            recordBytes = Math.max(1, (recordBytes + bytes / sent) / 2);
        }
    }

    /** Puts the reader at the end of the line when it may have something; each gets one read in its turn. */
    private void enqueue(PartitionReader reader) {
        if (reader.behind()) {
            waiting.add(reader);
        }
    }

    private void attach(PartitionReader reader) {
        try {
            PartitionLog log = source.log(reader.partition());
            Registration registration = source.onRecords(log, highWatermark -> {
                reader.notice(highWatermark);
                wake();
            });
            reader.register(log, registration);
            reader.notice(log.highWatermark());
            enqueue(reader);
        } catch (BarnabasException e) {
            failed(reader, e);
        }
    }

    /** From any thread: there is more to read. */
    private void wake() {
        if (woken.compareAndSet(false, true)) {
            turns.execute(this::woken);
        }
    }

    private void woken() {
        woken.set(false);
        readers.values().forEach(this::enqueue);
        pump();
    }

    private void failed(PartitionReader reader, BarnabasException failure) {
        waiting.remove(reader);
        if (reader.rest(failure.code())) {
            outlet.failed(reader.partition(), failure);
        }
        if (failure.code() == ErrorCode.OFFSET_OUT_OF_RANGE) {
            restart(reader);
        }
    }

    /** Retention has overtaken the reader, or the end went back behind it: goes on where it may begin. */
    private void restart(PartitionReader reader) {
        PartitionReader.Attempt attempt = reader.attempt();
        source.resolve(reader.partition(), restart)
                .whenComplete((offset, failure) -> turns.execute(() -> {
                    if (!closed && failure == null && reader.current(attempt)) {
                        reader.seek(offset);
                        attach(reader);
                        pump();
                    } // when it cannot be resolved now, the next recheck tries the old offset again
                }));
    }

    /**
     * Tries partitions again that could not be read, and follows those that have another log by now, here or on another
     * node: the one before has forgotten its listeners.
     */
    void recheck() {
        for (PartitionReader reader : new ArrayList<>(readers.values())) {
            if (reader.resting() ? reader.mayRecover() : movedOn(reader)) {
                attach(reader);
            }
        }
        pump();
    }

    private boolean movedOn(PartitionReader reader) {
        try {
            return !reader.follows(source.log(reader.partition()));
        } catch (BarnabasException e) {
            failed(reader, e);
            return false;
        }
    }

    /** Sends nothing any more. */
    void close() {
        closed = true;
        readers.values().forEach(PartitionReader::close);
        readers.clear();
        waiting.clear();
        noteStarvation();
    }
}
