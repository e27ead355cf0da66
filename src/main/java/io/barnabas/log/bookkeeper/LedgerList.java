package io.barnabas.log.bookkeeper;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a partition's log is made of; the engine's part of the partition's document in ZooKeeper. Immutable.
 *
 * <pre>
 * {"format":1, "start":120, "cleaned":90,
 *  "ledgers":[[ledger, base, end, lastEntry, epoch, bytes, maxTimestamp, madeMs, compacted 0|1], ...],
 *  "dropping":[[ledger, letGoMs], ...]}
 * </pre>
 *
 * <p>Ledgers are in the order of their offsets, each beginning where the one before ends; at most the last is open.
 *
 * @param startOffset the first offset that can be read
 * @param cleanedOffset below it the log was compacted
 * @param segments in order of offsets
 * @param dropping ledgers that are not the log's any more and are to be deleted
 */
public record LedgerList(long startOffset, long cleanedOffset, List<LedgerSegment> segments, List<Dropped> dropping) {
    static final LedgerList EMPTY = new LedgerList(0, 0, List.of(), List.of());
    private static final int FORMAT = 1;

    /** Copies the lists. */
    public LedgerList {
        segments = List.copyOf(segments);
        dropping = List.copyOf(dropping);
    }

    /** A ledger that was let go. */
    record Dropped(long ledgerId, long atMs) {}

    /** Every ledger it names. */
    public Set<Long> ledgerIds() {
        Set<Long> ids = new HashSet<>();
        segments.forEach(segment -> ids.add(segment.ledgerId()));
        dropping.forEach(dropped -> ids.add(dropped.ledgerId()));
        return ids;
    }

    LedgerSegment last() {
        return segments.isEmpty() ? null : segments.get(segments.size() - 1);
    }

    /** The segment that holds an offset, or null when it is beyond the last one that ended. */
    LedgerSegment holding(long offset) {
        int low = 0;
        int high = segments.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            LedgerSegment segment = segments.get(middle);
            if (offset < segment.baseOffset()) {
                high = middle - 1;
            } else if (segment.closed() && offset >= segment.endOffset()) {
                low = middle + 1;
            } else {
                return segment;
            }
        }
        return null;
    }

    /** Exclusive end of what the ended segments hold. */
    long endOffset() {
        long end = startOffset;
        for (LedgerSegment segment : segments) {
            end = Math.max(end, segment.endOffset());
        }
        return end;
    }

    boolean names(long ledgerId) {
        return segments.stream().anyMatch(segment -> segment.ledgerId() == ledgerId);
    }

    LedgerList withOpened(LedgerSegment segment) {
        if (names(segment.ledgerId())) {
            return this;
        }
        List<LedgerSegment> next = new ArrayList<>(segments);
        next.add(segment);
        return new LedgerList(startOffset, cleanedOffset, next, dropping);
    }

    LedgerList withEnded(long ledgerId, LedgerSegment.End end) {
        List<LedgerSegment> next = new ArrayList<>(segments.size());
        for (LedgerSegment segment : segments) {
            next.add(segment.ledgerId() == ledgerId && !segment.closed() ? segment.ended(end) : segment);
        }
        return new LedgerList(startOffset, cleanedOffset, next, dropping);
    }

    /** Moves the start up and lets these go. */
    LedgerList without(Set<Long> ledgerIds, long start, long nowMs) {
        List<LedgerSegment> kept = new ArrayList<>();
        List<Dropped> gone = new ArrayList<>(dropping);
        for (LedgerSegment segment : segments) {
            if (ledgerIds.contains(segment.ledgerId())) {
                gone.add(new Dropped(segment.ledgerId(), nowMs));
            } else {
                kept.add(segment);
            }
        }
        return new LedgerList(Math.max(startOffset, start), cleanedOffset, kept, gone);
    }

    /**
     * Puts one segment in the place of neighbours.
     *
     * @throws BarnabasException {@code ILLEGAL_STATE} when one of them is not there any more
     */
    LedgerList replaced(List<Long> ledgerIds, LedgerSegment by, long cleaned, long nowMs) {
        if (names(by.ledgerId())) {
            return this;
        }
        if (!ledgerIds.stream().allMatch(this::names)) {
            throw new BarnabasException(ErrorCode.ILLEGAL_STATE, "a ledger was let go while it was compacted");
        }
        List<LedgerSegment> next = new ArrayList<>();
        List<Dropped> gone = new ArrayList<>(dropping);
        for (LedgerSegment segment : segments) {
            if (!ledgerIds.contains(segment.ledgerId())) {
                next.add(segment);
                continue;
            }
            if (segment.ledgerId() == ledgerIds.get(0)) {
                next.add(by);
            }
            gone.add(new Dropped(segment.ledgerId(), nowMs));
        }
        return new LedgerList(startOffset, Math.max(cleanedOffset, cleaned), next, gone);
    }

    LedgerList deleted(Set<Long> ledgerIds) {
        List<Dropped> left = dropping.stream()
                .filter(dropped -> !ledgerIds.contains(dropped.ledgerId()))
                .toList();
        return new LedgerList(startOffset, cleanedOffset, segments, left);
    }

    /** As JSON. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("format", FORMAT).put("start", startOffset).put("cleaned", cleanedOffset);
        ArrayNode ledgers = json.putArray("ledgers");
        for (LedgerSegment each : segments) {
            ledgers.addArray()
                    .add(each.ledgerId())
                    .add(each.baseOffset())
                    .add(each.endOffset())
                    .add(each.lastEntryId())
                    .add(each.epoch())
                    .add(each.sizeBytes())
                    .add(each.maxTimestamp())
                    .add(each.madeMs())
                    .add(each.compacted() ? 1 : 0);
        }
        ArrayNode gone = json.putArray("dropping");
        dropping.forEach(each -> gone.addArray().add(each.ledgerId()).add(each.atMs()));
        return json;
    }

    /**
     * From JSON; what was never written is a log without anything.
     *
     * @throws BarnabasException {@code CORRUPT_DATA}
     */
    public static LedgerList of(JsonNode json) {
        if (json.isMissingNode() || json.isNull() || json.isEmpty()) {
            return EMPTY;
        }
        if (json.path("format").asInt() != FORMAT) {
            throw new BarnabasException(
                    ErrorCode.CORRUPT_DATA, "a list of ledgers has format " + json.path("format") + ", not " + FORMAT);
        }
        List<LedgerSegment> segments = new ArrayList<>();
        for (JsonNode each : json.path("ledgers")) {
            require(each, 9);
            segments.add(new LedgerSegment(
                    each.get(0).longValue(),
                    each.get(1).longValue(),
                    each.get(2).longValue(),
                    each.get(3).longValue(),
                    each.get(4).intValue(),
                    each.get(5).longValue(),
                    each.get(6).longValue(),
                    each.get(7).longValue(),
                    each.get(8).intValue() == 1));
        }
        List<Dropped> dropping = new ArrayList<>();
        for (JsonNode each : json.path("dropping")) {
            require(each, 2);
            dropping.add(new Dropped(each.get(0).longValue(), each.get(1).longValue()));
        }
        return new LedgerList(
                json.path("start").longValue(), json.path("cleaned").longValue(), segments, dropping);
    }

    private static void require(JsonNode numbers, int count) {
        boolean fits = numbers.isArray() && numbers.size() == count;
        for (JsonNode number : numbers) {
            fits &= number.isIntegralNumber();
        }
        if (!fits) {
            throw new BarnabasException(ErrorCode.CORRUPT_DATA, "a list of ledgers has an entry that is none");
        }
    }
}
