package io.barnabas.log;

import io.barnabas.log.Durability.Written;
import io.barnabas.log.FileCache.RetiredFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes appends durable, all that wait with one force of the journal: whatever comes in while a force runs is the next
 * round. A log that has much to make durable has its segment forced instead, which saves writing the bytes twice; so
 * has everything while the journal is full. Runs on one thread of its own; {@link #submit} is thread-safe.
 */
final class GroupCommit implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);

    private final Journal journal;
    private final EmbeddedLogSettings settings;
    private final LongSupplier nanoTime;
    private final EngineHealth health;
    private final LogEvents events;
    /** Asked for when the journal is half full. */
    private final Runnable checkpoint;
    /** Called once when a force has failed. */
    private final Runnable failed;

    /** Bounded by the bytes that may wait, see {@link Waiting}. */
    private final BlockingQueue<Target> queue = new LinkedBlockingQueue<>();

    private final Busy busy;

    GroupCommit(
            Journal journal,
            EmbeddedLogSettings settings,
            LongSupplier nanoTime,
            EngineHealth health,
            LogEvents events,
            Runnable checkpoint,
            Runnable failed) {
        this.journal = journal;
        this.settings = settings;
        this.nanoTime = nanoTime;
        this.busy = new Busy(nanoTime);
        this.health = health;
        this.events = events;
        this.checkpoint = checkpoint;
        this.failed = failed;
    }

    /** Up to where a log must be durable; without a log, the end of the thread. */
    private record Target(EmbeddedPartitionLog log, long endOffset) {}

    void submit(EmbeddedPartitionLog log, long endOffset) {
        queue.add(new Target(log, endOffset));
    }

    /** Ends the thread after all that was submitted before. */
    void stop() {
        queue.add(new Target(null, 0));
    }

    @Override
    public void run() {
        List<Target> round = new ArrayList<>();
        boolean running = true;
        while (running) {
            try {
                round.add(queue.take());
            } catch (InterruptedException e) {
                // Nobody but the engine knows this thread, and it does not interrupt: durability goes on.
                LOG.warn("Interrupt of the commit thread ignored");
                continue;
            }
            queue.drainTo(round);
            running = round.stream().noneMatch(target -> target.log == null);
            busy.begin();
            commit(round);
            busy.end(); // not in a finally: a round that ends this thread is one that never ends

            round.clear();
        }
    }

    /** How long the round that runs now has run, its force included; 0 when none does. */
    long runningNanos() {
        return busy.nanos();
    }

    private void commit(List<Target> round) {
        Map<EmbeddedPartitionLog, Long> targets = new LinkedHashMap<>();
        for (Target target : round) {
            if (target.log != null) {
                targets.merge(target.log, target.endOffset, Math::max);
            }
        }
        if (health.failed()) {
            targets.keySet().forEach(EmbeddedPartitionLog::giveUp);
            return;
        }
        try {
            // The whole round: a file that was ended between its write and its force would never be forced.
            synchronized (journal) {
                force(targets);
            }
        } catch (IOException | RuntimeException | Error e) {
            IOException cause = e instanceof IOException io ? io : new IOException(e);
            health.forceFailed("the journal or a segment", cause);
            targets.keySet().forEach(EmbeddedPartitionLog::giveUp);
            failed.run();
            return;
        }
        targets.forEach(GroupCommit::tell);
    }

    /** What goes wrong in telling one log must not end the thread: the others wait, too. */
    private static void tell(EmbeddedPartitionLog log, long endOffset) {
        try {
            log.durable(endOffset);
        } catch (RuntimeException | Error e) {
            LOG.error(
                    "Durable appends were not all answered topic={} partition={}",
                    log.id().partition().topic(),
                    log.id().partition().partition(),
                    e);
        }
    }

    private void force(Map<EmbeddedPartitionLog, Long> targets) throws IOException {
        List<Journal.Entry> entries = new ArrayList<>();
        Map<EmbeddedPartitionLog, List<Written>> direct = new LinkedHashMap<>();
        long bytes = 0;
        for (Map.Entry<EmbeddedPartitionLog, Long> target : targets.entrySet()) {
            List<Written> ranges = target.getKey().durability().undurableBelow(target.getValue());
            long size = 0;
            for (Written range : ranges) {
                size += range.sizeInBytes();
            }
            if (size >= settings.journalRangeBytes()
                    || !journal.fits(bytes + size + (long) ranges.size() * Journal.HEADER_BYTES)) {
                direct.put(target.getKey(), ranges);
            } else if (size > 0) {
                entries.addAll(entries(target.getKey(), ranges));
                bytes += size + (long) ranges.size() * Journal.HEADER_BYTES;
            }
        }
        if (!entries.isEmpty() && !journaled(entries)) {
            targets.keySet()
                    .forEach(log -> direct.computeIfAbsent(
                            log, each -> each.durability().undurableBelow(targets.get(each))));
            entries.clear();
        }
        for (Map.Entry<EmbeddedPartitionLog, List<Written>> each : direct.entrySet()) {
            forceSegments(each.getKey(), each.getValue());
        }
        if (!entries.isEmpty()) {
            forceJournal(targets.size() - direct.size(), bytes);
        }
        if (!direct.isEmpty()) {
            mark(direct);
        }
        if (journal.sizeBytes() > settings.journalBytes() / 2) {
            checkpoint.run();
        }
    }

    /** False when there is no room for the journal; the segments have theirs already. */
    private boolean journaled(List<Journal.Entry> entries) throws IOException {
        try {
            journal.write(entries);
            return true;
        } catch (IOException e) {
            if (IoFailure.diskFull(e)) {
                health.diskFull("no room for the journal");
                return false;
            }
            throw e;
        }
    }

    private void forceJournal(int logs, long bytes) throws IOException {
        long start = nanoTime.getAsLong();
        journal.force();
        events.journalForced(nanoTime.getAsLong() - start, logs, bytes);
    }

    private void forceSegments(EmbeddedPartitionLog log, List<Written> ranges) throws IOException {
        Set<Segment> segments = new LinkedHashSet<>();
        ranges.forEach(range -> segments.add(range.segment()));
        for (Segment segment : segments) {
            log.force(segment);
        }
    }

    /** Notes what was forced directly. It need not be durable itself: it only tells damage from a crash's loss. */
    private void mark(Map<EmbeddedPartitionLog, List<Written>> direct) throws IOException {
        List<Journal.Entry> marks = new ArrayList<>();
        direct.forEach((log, ranges) -> {
            if (!ranges.isEmpty()) {
                Written last = ranges.get(ranges.size() - 1);
                marks.add(new Journal.Entry(
                        log.id(),
                        last.segment().baseOffset(),
                        last.position() + last.sizeInBytes(),
                        last.endOffset(),
                        last.endOffset(),
                        List.of()));
            }
        });
        if (!marks.isEmpty() && journal.fits((long) marks.size() * Journal.HEADER_BYTES)) {
            journaled(marks);
        }
    }

    /** One entry per contiguous range; bytes that only the page cache has are read back. */
    private static List<Journal.Entry> entries(EmbeddedPartitionLog log, List<Written> ranges) throws IOException {
        List<Journal.Entry> entries = new ArrayList<>();
        List<ByteBuffer> parts = new ArrayList<>();
        Written first = null;
        Written last = null;
        for (Written range : ranges) {
            ByteBuffer bytes = bytes(range);
            if (bytes == null) {
                continue;
            }
            boolean follows = last != null
                    && last.segment() == range.segment()
                    && last.position() + last.sizeInBytes() == range.position();
            if (first != null && !follows) {
                entries.add(entry(log, first, last, parts));
                parts = new ArrayList<>();
                first = null;
            }
            first = first == null ? range : first;
            last = range;
            parts.add(bytes);
        }
        if (first != null) {
            entries.add(entry(log, first, last, parts));
        }
        return entries;
    }

    private static Journal.Entry entry(EmbeddedPartitionLog log, Written first, Written last, List<ByteBuffer> parts) {
        return new Journal.Entry(
                log.id(), first.segment().baseOffset(), first.position(), first.baseOffset(), last.endOffset(), parts);
    }

    /** Null when the segment was deleted since. */
    private static ByteBuffer bytes(Written range) throws IOException {
        if (range.bytes() != null) {
            return range.bytes().duplicate();
        }
        ByteBuffer read = ByteBuffer.allocate(range.sizeInBytes());
        try {
            if (range.segment().log().read(read, range.position()) < range.sizeInBytes()) {
                throw new IOException(
                        "segment ends early: " + range.segment().log().path.getFileName());
            }
        } catch (RetiredFileException e) {
            return null;
        }
        return read.flip();
    }
}
