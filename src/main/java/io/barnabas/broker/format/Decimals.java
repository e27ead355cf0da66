package io.barnabas.broker.format;

/**
 * Numbers as decimal digits in a byte array, two digits a step and eight of them a division of longs, which is what makes
 * an offset and a timestamp cheap beside the record they are written for. The number of digits is found from that of bits
 * (H. S. Warren, Hacker's Delight, 11-4). Stateless.
 */
final class Decimals {
    private static final int EIGHT_DIGITS = 100_000_000;

    /** Powers of ten by their exponent, as far as they go into a long. */
    private static final long[] POWERS = powers();

    /** "00" to "99", one after the other. */
    private static final byte[] PAIRS = pairs();

    private Decimals() {}

    /** Of a number that is not negative. */
    static int digits(long number) {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(number | 1);
        int atLeast = (bits * 1233) >>> 12; // log10(2) is 1233 / 4096 and a little less
        return number >= POWERS[atLeast] ? atLeast + 1 : Math.max(1, atLeast);
    }

    /** Writes the number, which is not negative, so that it ends before {@code end}. */
    static void write(long number, byte[] target, int end) {
        int at = end;
        long left = number;
        while (left >= EIGHT_DIGITS) {
            long next = left / EIGHT_DIGITS;
            int eight = (int) (left - next * EIGHT_DIGITS);
            for (int pair = 0; pair < 4; pair++) {
                at = pair(eight % 100, target, at);
                eight /= 100;
            }
            left = next;
        }
        int small = (int) left;
        while (small >= 100) {
            at = pair(small % 100, target, at);
            small /= 100;
        }
        if (small >= 10) {
            pair(small, target, at);
        } else {
            target[at - 1] = (byte) ('0' + small);
        }
    }

    private static int pair(int pair, byte[] target, int end) {
        target[end - 2] = PAIRS[2 * pair];
        target[end - 1] = PAIRS[2 * pair + 1];
        return end - 2;
    }

    private static long[] powers() {
        long[] powers = new long[19];
        powers[0] = 1;
        for (int exponent = 1; exponent < powers.length; exponent++) {
            powers[exponent] = 10 * powers[exponent - 1];
        }
        return powers;
    }

    private static byte[] pairs() {
        byte[] pairs = new byte[200];
        for (int pair = 0; pair < 100; pair++) {
            pairs[2 * pair] = (byte) ('0' + pair / 10);
            pairs[2 * pair + 1] = (byte) ('0' + pair % 10);
        }
        return pairs;
    }
}
