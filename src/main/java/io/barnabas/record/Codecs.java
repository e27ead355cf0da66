package io.barnabas.record;

import com.github.luben.zstd.RecyclingBufferPool;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4FrameInputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import net.jpountz.xxhash.XXHashFactory;
import org.xerial.snappy.SnappyOutputStream;

/**
 * Compresses and decompresses a batch's records as Kafka clients do: gzip streams, snappy in the xerial framing, LZ4
 * frames with independent blocks of 64 KiB, zstd frames. Whatever the input, decompression ends with bytes, with {@code
 * UNREADABLE_BATCH} or, past its bound, with {@code RECORD_TOO_LARGE}; memory stays within a few times the bound.
 */
final class Codecs {
    private static final int GZIP_BUFFER_BYTES = 8 * 1024;
    private static final int GUESSED_RATIO = 4;

    private Codecs() {}

    /** Compresses what remains of {@code records} behind {@code headerBytes} left free; the buffer starts at 0. */
    static ByteBuffer compress(Compression compression, ByteBuffer records, int headerBytes) {
        GrowingBytes target = new GrowingBytes(headerBytes + records.remaining() / 2, Integer.MAX_VALUE - 8, "batch");
        target.skip(headerBytes);
        Slice source = Slice.of(records);
        try (OutputStream out = compressing(compression, target)) {
            out.write(source.array(), source.at(), source.length());
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return target.toBuffer();
    }

    /** What {@code compressed} holds, at most {@code maxBytes}; for no compression it is the buffer itself. */
    static ByteBuffer decompress(Compression compression, ByteBuffer compressed, int maxBytes) {
        if (compression == Compression.NONE) {
            return compressed;
        }
        Slice source = Slice.of(compressed);
        int guess = (int) Math.min(maxBytes, (long) GUESSED_RATIO * source.length());
        GrowingBytes target = new GrowingBytes(guess, maxBytes, "batch, decompressed,");
        try {
            if (compression == Compression.SNAPPY) {
                SnappyFrames.decompress(source.array(), source.at(), source.length(), target);
            } else {
                InputStream in = new ByteArrayInputStream(source.array(), source.at(), source.length());
                drain(compression, in, target);
                if (in.available() > 0) {
                    throw new IOException(in.available() + " bytes are left over behind the stream");
                }
            }
        } catch (BarnabasException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // The codec libraries report damage with exceptions of many types, unchecked ones among them.
            throw new BarnabasException(
                    ErrorCode.UNREADABLE_BATCH, "batch cannot be decompressed with " + compression, e);
        }
        return target.toBuffer();
    }

    private static void drain(Compression compression, InputStream source, GrowingBytes target) throws IOException {
        try (InputStream in = decompressing(compression, source)) {
            while (true) {
                int room = target.array().length - target.size();
                if (room == 0) {
                    int next = in.read();
                    if (next < 0) {
                        return;
                    }
                    target.write(next);
                    continue;
                }
                int count = in.read(target.array(), target.size(), room);
                if (count < 0) {
                    return;
                }
                target.skip(count);
            }
        }
    }

    private static OutputStream compressing(Compression compression, OutputStream target) throws IOException {
        return switch (compression) {
            case NONE -> target;
            case GZIP -> new GZIPOutputStream(target, GZIP_BUFFER_BYTES);
            case SNAPPY -> new SnappyOutputStream(target);
            case LZ4 ->
                new LZ4FrameOutputStream(
                        target,
                        LZ4FrameOutputStream.BLOCKSIZE.SIZE_64KB,
                        -1L,
                        LZ4Factory.safeInstance().fastCompressor(),
                        XXHashFactory.safeInstance().hash32(),
                        LZ4FrameOutputStream.FLG.Bits.BLOCK_INDEPENDENCE);
            case ZSTD -> new ZstdOutputStreamNoFinalizer(target, RecyclingBufferPool.INSTANCE);
        };
    }

    private static InputStream decompressing(Compression compression, InputStream source) throws IOException {
        return switch (compression) {
            case NONE, SNAPPY -> throw new IllegalStateException(compression + " is not read as a stream");
            case GZIP -> new GZIPInputStream(source, GZIP_BUFFER_BYTES);
            // The pure Java decompressor cannot read or write outside of its arrays, whatever the input says.
            case LZ4 ->
                new LZ4FrameInputStream(
                        source,
                        LZ4Factory.safeInstance().safeDecompressor(),
                        XXHashFactory.safeInstance().hash32(),
                        true);
            case ZSTD -> new ZstdInputStreamNoFinalizer(source, RecyclingBufferPool.INSTANCE);
        };
    }

    /** A buffer's rest as a place in an array: its own where it has one, else a copy. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Slice(byte[] array, int at, int length) {
        static Slice of(ByteBuffer buffer) {
            int length = buffer.remaining();
            if (buffer.hasArray()) {
                return new Slice(buffer.array(), buffer.arrayOffset() + buffer.position(), length);
            }
            byte[] copy = new byte[length];
            buffer.get(buffer.position(), copy);
            return new Slice(copy, 0, length);
        }
    }
}
