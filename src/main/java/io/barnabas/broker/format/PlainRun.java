package io.barnabas.broker.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Looks at bytes of UTF-8 for what stands for itself in a JSON string, eight at a time. Stateless. */
final class PlainRun {
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;
    private static final long QUOTES = '"' * ONES;
    private static final long BACKSLASHES = '\\' * ONES;
    private static final long SPACES = ' ' * ONES;

    private static final int NOT_UTF8 = -1;

    private PlainRun() {}

    /** The first place in {@code [at, end)} that is a quote, a backslash, a control character or no ASCII; else the end. */
    static int end(byte[] bytes, int at, int end) {
        int i = at;
        while (i <= end - Long.BYTES) {
            long odd = odd((long) WORDS.get(bytes, i));
            if (odd != 0) {
                return i + (Long.numberOfTrailingZeros(odd) >>> 3);
            }
            i += Long.BYTES;
        }
        while (i < end && plain(bytes[i])) {
            i++;
        }
        return i;
    }

    /**
     * Has the highest bit of each byte set that is odd. A borrow may also set it in bytes above an odd one, so only the
     * lowest counts.
     */
    private static long odd(long word) {
        long quote = word ^ QUOTES;
        long backslash = word ^ BACKSLASHES;
        return (((quote - ONES) & ~quote) | ((backslash - ONES) & ~backslash) | ((word - SPACES) & ~word) | word)
                & HIGHS;
    }

    private static boolean plain(byte one) {
        return one >= ' ' && one != '"' && one != '\\';
    }

    /** The bytes of the character beyond ASCII that starts here; -1 when it is no UTF-8. */
    static int character(byte[] bytes, int at, int end) {
        int lead = bytes[at] & 0xff;
        if (lead >= 0xc2 && lead <= 0xdf) {
            return continued(bytes, at, end, 1, 0x80, 0xbf);
        }
        if (lead >= 0xe0 && lead <= 0xef) { // neither overlong nor a surrogate
            return continued(bytes, at, end, 2, lead == 0xe0 ? 0xa0 : 0x80, lead == 0xed ? 0x9f : 0xbf);
        }
        if (lead >= 0xf0 && lead <= 0xf4) { // neither overlong nor beyond U+10FFFF
            return continued(bytes, at, end, 3, lead == 0xf0 ? 0x90 : 0x80, lead == 0xf4 ? 0x8f : 0xbf);
        }
        return NOT_UTF8;
    }

    private static int continued(byte[] bytes, int at, int end, int more, int leastNext, int mostNext) {
        if (end - at <= more) {
            return NOT_UTF8;
        }
        int next = bytes[at + 1] & 0xff;
        if (next < leastNext || next > mostNext) {
            return NOT_UTF8;
        }
        for (int i = 2; i <= more; i++) {
            if ((bytes[at + i] & 0xc0) != 0x80) {
                return NOT_UTF8;
            }
        }
        return more + 1;
    }
}
