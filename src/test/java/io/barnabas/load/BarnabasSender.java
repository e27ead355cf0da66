package io.barnabas.load;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * One producer of Barnabas: puts records into parcels and parcels on their way, as many at once as the uplink has room
 * for. A parcel goes when it is full, or when it has waited for company long enough and there is room for it; while there
 * is none it goes on filling. Confined to the lane's thread.
 */
final class BarnabasSender implements Target.Sender {
    /** Full parcels that may wait for room; beyond it no record is taken. */
    private static final int MAX_READY = 2;

    private final Uplink uplink;
    private final Supplier<Encoding> encodings;
    private final boolean byPartition;
    private final long lingerNanos;
    private final LongSupplier clock;
    private final Counting acknowledgements;

    /** Open parcels by partition, the one opened first in front. */
    private final Map<Integer, Parcel> open = new LinkedHashMap<>();

    private final Deque<Parcel> ready = new ArrayDeque<>();
    private boolean finishing;

    /**
     * A producer that has sent nothing.
     *
     * @param encodings makes an encoding for each request
     * @param byPartition whether a request holds records of one partition only
     */
    BarnabasSender(
            Uplink uplink,
            Supplier<Encoding> encodings,
            boolean byPartition,
            long lingerNanos,
            LongSupplier clock,
            Target.Acknowledgements acknowledgements) {
        this.uplink = uplink;
        this.encodings = encodings;
        this.byPartition = byPartition;
        this.lingerNanos = lingerNanos;
        this.clock = clock;
        this.acknowledgements = new Counting(acknowledgements);
    }

    @Override
    public boolean hasRoom() {
        return ready.size() < MAX_READY;
    }

    @Override
    public void send(int partition, byte[] key, byte[] value, int sequence, long intendedNanos) throws IOException {
        int slot = byPartition ? partition : Parcel.ANY_PARTITION;
        Parcel parcel = open.get(slot);
        if (parcel == null) {
            parcel = new Parcel(slot, encodings.get(), acknowledgements, clock.getAsLong());
            open.put(slot, parcel);
        }
        parcel.add(partition, key, value, sequence, intendedNanos);
        acknowledgements.unanswered++;
        if (parcel.full()) {
            open.remove(slot);
            ready.add(parcel);
            transmitReady();
        }
    }

    @Override
    public void finish() throws IOException {
        finishing = true;
        pump();
    }

    @Override
    public long unanswered() {
        return acknowledgements.unanswered;
    }

    /** Sends what can go; called each turn. Returns how long until a parcel that has room will have waited enough. */
    long pump() throws IOException {
        transmitReady();
        if (open.isEmpty()) {
            return Long.MAX_VALUE;
        }
        long now = clock.getAsLong();
        Iterator<Parcel> parcels = open.values().iterator();
        while (parcels.hasNext() && ready.isEmpty()) {
            Parcel parcel = parcels.next();
            long left = parcel.openedNanos() + lingerNanos - now;
            if (left > 0 && !finishing) {
                return left;
            }
            if (uplink.hasRoom(parcel.partition())) {
                parcels.remove();
                uplink.transmit(parcel);
            }
        }
        return Long.MAX_VALUE;
    }

    /** In order: a parcel never overtakes one of its partition, because both wait for the same room. */
    private void transmitReady() throws IOException {
        Iterator<Parcel> parcels = ready.iterator();
        while (parcels.hasNext()) {
            Parcel parcel = parcels.next();
            if (uplink.hasRoom(parcel.partition())) {
                parcels.remove();
                uplink.transmit(parcel);
            }
        }
    }

    /** Counts what is on its way. */
    private static final class Counting implements Target.Acknowledgements {
        private final Target.Acknowledgements next;
        private long unanswered;

        Counting(Target.Acknowledgements next) {
            this.next = next;
        }

        @Override
        public void stored(int sequence, long intendedNanos, int partition, long offset) {
            unanswered--;
            next.stored(sequence, intendedNanos, partition, offset);
        }

        @Override
        public void refused(int sequence, String reason) {
            unanswered--;
            next.refused(sequence, reason);
        }
    }
}
