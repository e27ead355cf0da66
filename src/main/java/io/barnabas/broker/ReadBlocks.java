package io.barnabas.broker;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingDeque;

/**
 * Arrays for large reads, used again and again: the one given back last is lent first, since the processor's cache may
 * still have it. How many are free at a time is bounded; how many are lent is for those to bound who read, and one that
 * is not given back is the collector's. Thread-safe.
 *
 * <p>Arrays come in sizes of powers of two and the room before them, from 64 KiB, below which a new one costs little, to
 * 4 MiB. Each size has the same share of the bytes.
 */
public final class ReadBlocks {
    private static final int LEAST_SHIFT = 16;
    private static final int MOST_SHIFT = 22;

    /** One for each size, the smallest first. */
    private final List<LinkedBlockingDeque<byte[]>> free = new ArrayList<>();

    /**
     * Keeps no more free arrays than these bytes hold, but one of each size.
     *
     * @param maxFreeBytes 0 keeps none
     */
    public ReadBlocks(long maxFreeBytes) {
        if (maxFreeBytes < 0) {
            throw new BarnabasException(
                    ErrorCode.INVALID_CONFIGURATION,
                    "broker: free read bytes must not be negative, got " + maxFreeBytes);
        }
        long shareBytes = maxFreeBytes / (MOST_SHIFT - LEAST_SHIFT + 1);
        for (int shift = LEAST_SHIFT; maxFreeBytes > 0 && shift <= MOST_SHIFT; shift++) {
            free.add(new LinkedBlockingDeque<>((int) Math.max(1, Math.min(1 << 20, shareBytes >> shift))));
        }
    }

    /** Memory for one read. */
    public ReadBlock open() {
        return new ReadBlock(this);
    }

    /** An array with room for so many bytes behind {@link ReadBlock#ROOM_BYTES}; holds anything. */
    byte[] lend(int bytes) {
        int size = size(bytes);
        if (size < 0) {
            return new byte[ReadBlock.ROOM_BYTES + bytes];
        }
        byte[] array = free.get(size).pollFirst();
        return array == null ? new byte[ReadBlock.ROOM_BYTES + (1 << (size + LEAST_SHIFT))] : array;
    }

    /** Takes back what {@link #lend} gave, which nobody may touch any more. */
    void giveBack(byte[] array) {
        int bytes = array.length - ReadBlock.ROOM_BYTES;
        int size = size(bytes);
        if (size >= 0 && bytes == 1 << (size + LEAST_SHIFT)) {
            free.get(size).offerFirst(array);
        }
    }

    /** The place of the smallest size that is enough; -1 for what is not kept. */
    private int size(int bytes) {
        if (free.isEmpty() || bytes <= 1 << (LEAST_SHIFT - 1) || bytes > 1 << MOST_SHIFT) {
            return -1;
        }
        int shift = Integer.SIZE - Integer.numberOfLeadingZeros(bytes - 1);
        return Math.max(0, shift - LEAST_SHIFT);
    }

    /** Arrays that wait to be lent. */
    int freeCount() {
        return free.stream().mapToInt(LinkedBlockingDeque::size).sum();
    }
}
