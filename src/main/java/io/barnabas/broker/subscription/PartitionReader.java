package io.barnabas.broker.subscription;

import io.barnabas.log.PartitionLog;
import io.barnabas.log.PartitionLog.Registration;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One partition of a subscription: how far it has been sent and how far the log is known to reach.
 *
 * <pre>
 *   following --read fails--&gt; resting --attached again--&gt; following
 * </pre>
 *
 * <p>Confined to the subscription's turns, except {@link #notice}.
 */
final class PartitionReader {
    private final TopicPartition partition;

    /** The next offset to be sent. */
    private long position;

    /** The next offset to be read; ahead of the position while what was read is being sent. */
    private long readPosition;

    /** Changes whenever a read under way is not wanted any more, so that it is told from one that still counts. */
    private long version;

    /** How far the log reaches as far as is known; raised by notification threads, read in turns. */
    private final AtomicLong known = new AtomicLong();

    /** How often trying again a partition that changes hands may fail before the reader is told. */
    private static final int QUIET_FAILURES = 15;

    /** The log that is followed, and the registration with it; null while resting. */
    private PartitionLog log;

    private Registration registration;

    /** Failures since the last read that went well. */
    private int failures;

    /** Why it rests; null while following. */
    private ErrorCode resting;

    /** The last failure that the reader was told of; null after a read that went well. */
    private ErrorCode told;

    PartitionReader(TopicPartition partition, long position) {
        this.partition = partition;
        this.position = position;
        this.readPosition = position;
    }

    TopicPartition partition() {
        return partition;
    }

    long position() {
        return position;
    }

    void advance(long nextOffset) {
        position = Math.max(position, nextOffset);
        readPosition = Math.max(readPosition, position);
    }

    /** What was read reaches to here, and is about to be sent: the next read begins here. */
    void reached(long nextOffset) {
        readPosition = Math.max(readPosition, nextOffset);
    }

    /** Nothing more of what was read is going to be sent: what was not is read again. */
    void settle() {
        if (readPosition > position) {
            seek(position);
        }
    }

    void seek(long offset) {
        position = offset;
        readPosition = offset;
        version++;
    }

    void register(PartitionLog followed, Registration fresh) {
        detach();
        log = followed;
        registration = fresh;
        resting = null;
    }

    /** Whether this is the very log that is followed. */
    boolean follows(PartitionLog serving) {
        return log == serving;
    }

    /** From any thread: the log reaches this far. */
    void notice(long highWatermark) {
        known.accumulateAndGet(highWatermark, Math::max);
    }

    boolean behind() {
        return resting == null && known.get() > readPosition;
    }

    Attempt attempt() {
        return new Attempt(version, readPosition, known.get());
    }

    boolean current(Attempt attempt) {
        return attempt.version == version;
    }

    /**
     * A read went well. What was known before it may have been too much, after a log lost its unsynced end; what was
     * noticed since the read began counts all the same.
     */
    void saw(Attempt attempt, long highWatermark) {
        told = null;
        failures = 0;
        known.compareAndSet(attempt.known, highWatermark);
    }

    /** Stops following; true when this is news. A partition that changes hands is none before it takes too long. */
    boolean rest(ErrorCode reason) {
        detach();
        resting = reason;
        failures++;
        if (told == reason || (changesHands(reason) && failures <= QUIET_FAILURES)) {
            return false;
        }
        told = reason;
        return true;
    }

    private static boolean changesHands(ErrorCode code) {
        return code == ErrorCode.NOT_OWNER
                || code == ErrorCode.PARTITION_OFFLINE
                || code == ErrorCode.PEER_UNREACHABLE
                || code == ErrorCode.OUTCOME_UNKNOWN;
    }

    boolean resting() {
        return resting != null;
    }

    /** Whether trying again may help: not with damaged records, which wait for a seek. */
    boolean mayRecover() {
        return resting.retriable() || resting == ErrorCode.OFFSET_OUT_OF_RANGE || unknown(resting);
    }

    /** A topic that is being deleted and made again looks so for a moment. */
    private static boolean unknown(ErrorCode code) {
        return code == ErrorCode.UNKNOWN_TOPIC || code == ErrorCode.UNKNOWN_PARTITION;
    }

    void close() {
        version++;
        detach();
    }

    private void detach() {
        if (registration != null) {
            registration.close();
            registration = null;
            log = null;
        }
    }

    /**
     * A read under way.
     *
     * @param known how far the log was known to reach when it began
     */
    record Attempt(long version, long offset, long known) {}
}
