package io.barnabas.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * What a record's value holds: who sent it, the how many-th it is, when it was meant to be sent, and filler that depends
 * on both, so that a value can be checked to the last byte.
 *
 * <pre>
 *  0 '"'          1 producer, 3 digits      4 sequence, 7 digits     11 intended send time, 11 digits, System.nanoTime
 * 22 filler ...   last '"'
 * </pre>
 *
 * <p>Digits are of base 64, the most significant first, from the alphabet of base64url; filler is of the same letters
 * with six bits of entropy each. So a value is the text of a JSON string, and the very same bytes can travel as JSON or
 * as binary. The time is comparable between the processes of one Linux machine only. Thread-safe.
 */
final class Payload {
    static final int MIN_BYTES = 23;
    static final int MAX_PRODUCERS = 1 << 18;

    private static final int PRODUCER_AT = 1;
    private static final int PRODUCER_DIGITS = 3;
    private static final int SEQUENCE_AT = 4;
    private static final int SEQUENCE_DIGITS = 7;
    private static final int TIME_AT = 11;
    private static final int TIME_DIGITS = 11;
    private static final int FILLER_AT = 22;
    private static final int FILLER_MASK = 0xffff;
    private static final long FILLER_SEED = 20_261_122L;
    private static final byte QUOTE = '"';
    private static final byte[] ALPHABET =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".getBytes(US_ASCII);
    private static final byte[] VALUES = valuesOfLetters();

    private final int recordBytes;
    private final byte[] filler;

    /** Values of exactly {@code recordBytes}, at least {@value #MIN_BYTES}. */
    Payload(int recordBytes) {
        if (recordBytes < MIN_BYTES) {
            throw new IllegalArgumentException("a record has at least " + MIN_BYTES + " bytes, got " + recordBytes);
        }
        this.recordBytes = recordBytes;
        SplittableRandom random = new SplittableRandom(FILLER_SEED);
        filler = new byte[FILLER_MASK + 1 + recordBytes];
        for (int i = 0; i < filler.length; i++) {
            filler[i] = ALPHABET[random.nextInt(ALPHABET.length)];
        }
    }

    int recordBytes() {
        return recordBytes;
    }

    /** Writes a value of {@link #recordBytes} at {@code target[0]}. */
    void write(byte[] target, int producer, int sequence, long intendedNanos) {
        target[0] = QUOTE;
        digits(target, PRODUCER_AT, PRODUCER_DIGITS, producer);
        digits(target, SEQUENCE_AT, SEQUENCE_DIGITS, sequence);
        digits(target, TIME_AT, TIME_DIGITS, intendedNanos);
        System.arraycopy(filler, fillerFrom(producer, sequence), target, FILLER_AT, recordBytes - FILLER_AT - 1);
        target[recordBytes - 1] = QUOTE;
    }

    /** Whether the bytes are exactly those that {@link #write} made of the numbers they carry. */
    boolean intact(byte[] bytes, int at, int length) {
        if (length != recordBytes || bytes[at] != QUOTE || bytes[at + length - 1] != QUOTE) {
            return false;
        }
        for (int i = PRODUCER_AT; i < FILLER_AT; i++) {
            if (bytes[at + i] < 0 || VALUES[bytes[at + i]] < 0) {
                return false;
            }
        }
        int from = fillerFrom(producer(bytes, at), (int) number(bytes, at + SEQUENCE_AT, SEQUENCE_DIGITS));
        int count = length - FILLER_AT - 1;
        return Arrays.equals(bytes, at + FILLER_AT, at + FILLER_AT + count, filler, from, from + count);
    }

    /** Call only for an {@link #intact} value, as the two below. */
    static int producer(byte[] bytes, int at) {
        return (int) number(bytes, at + PRODUCER_AT, PRODUCER_DIGITS);
    }

    static long sequence(byte[] bytes, int at) {
        return number(bytes, at + SEQUENCE_AT, SEQUENCE_DIGITS);
    }

    static long intendedNanos(byte[] bytes, int at) {
        return number(bytes, at + TIME_AT, TIME_DIGITS);
    }

    private static int fillerFrom(int producer, int sequence) {
        return (producer * 7919 + sequence * 31) & FILLER_MASK;
    }

    private static void digits(byte[] target, int at, int count, long number) {
        long left = number;
        for (int i = at + count - 1; i >= at; i--) {
            target[i] = ALPHABET[(int) (left & 63)];
            left >>>= 6;
        }
    }

    private static long number(byte[] bytes, int at, int count) {
        long number = 0;
        for (int i = at; i < at + count; i++) {
            number = number << 6 | VALUES[bytes[i]];
        }
        return number;
    }

    private static byte[] valuesOfLetters() {
        byte[] values = new byte[128];
        Arrays.fill(values, (byte) -1);
        for (int i = 0; i < ALPHABET.length; i++) {
            values[ALPHABET[i]] = (byte) i;
        }
        return values;
    }
}
