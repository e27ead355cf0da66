package io.barnabas.broker.format;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DecimalsTest {
    private static final long SEED = 20_011;

    @Test
    void writesNumbersOfEveryLengthAsTheLibraryDoes() {
        for (long power = 1; power > 0 && power <= Long.MAX_VALUE / 10; power *= 10) {
            LongStream.of(power - 1, power, power + 1, 5 * power, 10 * power - 1)
                    .filter(number -> number >= 0)
                    .forEach(DecimalsTest::assertWritten);
        }
        assertWritten(Long.MAX_VALUE);
    }

    @Test
    void writesNumbersAroundPowersOfTwoAsTheLibraryDoes() {
        for (int bit = 0; bit < 63; bit++) {
            assertWritten((1L << bit) - 1);
            assertWritten(1L << bit);
        }
    }

    @Test
    void writesAnyNumberAsTheLibraryDoes() {
        Random random = new Random(SEED);
        for (int round = 0; round < 100_000; round++) {
            assertWritten(random.nextLong() >>> (1 + random.nextInt(63)));
        }
    }

    private static void assertWritten(long number) {
        String expected = Long.toString(number);
        assertThat(Decimals.digits(number)).as("digits of " + number).isEqualTo(expected.length());
        byte[] target = ("<" + "-".repeat(expected.length()) + ">").getBytes(US_ASCII);
        Decimals.write(number, target, target.length - 1);
        assertThat(new String(target, US_ASCII)).isEqualTo("<" + expected + ">");
    }
}
