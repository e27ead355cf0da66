package io.barnabas.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.xerial.snappy.Snappy;
import org.xerial.snappy.SnappyCodec;

/**
 * Reads snappy as Kafka clients write it: either the framing of snappy-java or, as some clients do, one bare block.
 *
 * <pre>
 * framed: 8 bytes magic (0x82 "SNAPPY" 0x00), int32 version, int32 oldest compatible version,
 *         then until the end: int32 length, one snappy block of that length
 * </pre>
 *
 * <p>Read here and not by the library's stream, because that one allocates what a block's header claims. The source is
 * the class comment of {@code SnappyOutputStream} in snappy-java.
 */
final class SnappyFrames {
    private static final int HEADER_BYTES = SnappyCodec.headerSize();

    /** Snappy's densest element copies 64 bytes with three; a block that claims more lies. */
    private static final int MAX_RATIO = 64;

    private SnappyFrames() {}

    static void decompress(byte[] source, int at, int length, GrowingBytes target) throws IOException {
        if (!framed(source, at, length)) {
            block(source, at, length, target);
            return;
        }
        ByteBuffer frames = ByteBuffer.wrap(source, at + HEADER_BYTES, length - HEADER_BYTES);
        while (frames.hasRemaining()) {
            if (frames.remaining() < Integer.BYTES) {
                throw new IOException("snappy stream ends inside of a block length");
            }
            int size = frames.getInt();
            if (size <= 0 || size > frames.remaining()) {
                throw new IOException("snappy block claims " + size + " bytes, " + frames.remaining() + " are left");
            }
            block(source, frames.position(), size, target);
            frames.position(frames.position() + size);
        }
    }

    private static boolean framed(byte[] source, int at, int length) {
        byte[] magic = SnappyCodec.getMagicHeader();
        if (length < HEADER_BYTES) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if (source[at + i] != magic[i]) {
                return false;
            }
        }
        return true;
    }

    private static void block(byte[] source, int at, int length, GrowingBytes target) throws IOException {
        int claimed = Snappy.uncompressedLength(source, at, length);
        if (claimed < 0 || claimed > (long) MAX_RATIO * length) {
            throw new IOException("snappy block of " + length + " bytes claims to hold " + claimed);
        }
        target.reserve(claimed);
        int written = Snappy.uncompress(source, at, length, target.array(), target.size());
        if (written != claimed) {
            throw new IOException("snappy block holds " + written + " bytes, " + claimed + " were claimed");
        }
        target.skip(written);
    }
}
