package io.barnabas.load;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.zip.CRC32C;
import org.HdrHistogram.Histogram;

/** What this machine could do at this moment, in the folder where servers have their data: what figures are held against. */
record Ceilings(double writeMegabytes, double crcMegabytes, Histogram forceNanos) {
    private static final int BLOCK_BYTES = 64 * 1024;
    private static final int BLOCKS = 8 * 1024;
    private static final int FORCES = 200;
    private static final int FORCED_BYTES = 4 * 1024;
    private static final int CRC_ROUNDS = 4;
    private static final double BYTES_PER_NANO_TO_MEGABYTES = 1e3;

    /** Writes half a gigabyte into the page cache, then forces small writes one by one; takes a second or two. */
    static Ceilings measure(Path folder, LongSupplier clock) throws IOException {
        byte[] noise = new byte[BLOCK_BYTES];
        new SplittableRandom(1).nextBytes(noise);
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES).put(noise).flip();
        Path file = Files.createTempFile(folder, "ceiling-", ".bin");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            double write = write(channel, block, clock);
            channel.force(false);
            return new Ceilings(write, crc(block, clock), force(channel, block, clock));
        } finally {
            Files.delete(file);
        }
    }

    void print(PrintStream out) {
        out.printf(
                Locale.ROOT,
                "ceilings: file write %,.0f MB/s in blocks of 64 KiB (page cache), CRC32C %,.0f MB/s, "
                        + "fdatasync of 4 KiB p50 %.2f ms p99 %.2f ms max %.2f ms%n",
                writeMegabytes,
                crcMegabytes,
                millis(50),
                millis(99),
                millis(100));
    }

    private double millis(double percentile) {
        return forceNanos.getValueAtPercentile(percentile) / 1e6;
    }

    private static double write(FileChannel channel, ByteBuffer block, LongSupplier clock) throws IOException {
        long start = clock.getAsLong();
        for (int i = 0; i < BLOCKS; i++) {
            block.clear();
            while (block.hasRemaining()) {
                channel.write(block);
            }
        }
        return (double) BLOCKS * BLOCK_BYTES / (clock.getAsLong() - start) * BYTES_PER_NANO_TO_MEGABYTES;
    }

    private static double crc(ByteBuffer block, LongSupplier clock) {
        CRC32C crc = new CRC32C();
        double best = 0;
        for (int round = 0; round < CRC_ROUNDS; round++) {
            long start = clock.getAsLong();
            for (int i = 0; i < BLOCKS; i++) {
                block.clear();
                crc.update(block);
            }
            best = Math.max(best, (double) BLOCKS * BLOCK_BYTES / (clock.getAsLong() - start));
        }
        return best * BYTES_PER_NANO_TO_MEGABYTES;
    }

    private static Histogram force(FileChannel channel, ByteBuffer block, LongSupplier clock) throws IOException {
        Histogram nanos = new Histogram(TimeUnit.MINUTES.toNanos(10), 3);
        for (int i = 0; i < FORCES; i++) {
            block.clear().limit(FORCED_BYTES);
            while (block.hasRemaining()) {
                channel.write(block);
            }
            long start = clock.getAsLong();
            channel.force(false);
            nanos.recordValue(clock.getAsLong() - start);
        }
        return nanos;
    }
}
