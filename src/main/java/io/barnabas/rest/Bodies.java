package io.barnabas.rest;

import static java.util.Objects.requireNonNull;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import jakarta.ws.rs.core.HttpHeaders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;

/**
 * Reads request bodies within limits, unpacked ones too, whether or not their length was announced, and held until then. Thread-safe.
 *
 * <p>Bodies with records also share one bound over all requests: their bytes are counted as they are read, until the
 * request is answered.
 */
public final class Bodies {
    private static final int FIRST_BYTES = 8 * 1024;

    private final RestSettings settings;

    /** Bytes of bodies with records that are held now. */
    private final AtomicLong heldBytes = new AtomicLong();

    public Bodies(RestSettings settings) {
        this.settings = requireNonNull(settings, "settings");
    }

    /** A JSON body without records. */
    <T> T control(InputStream body, HttpHeaders headers, Class<T> type) {
        return ControlJson.read(controlBytes(body, headers), type);
    }

    /** As {@link #control}, or null when the body is empty. */
    <T> T controlOrNull(InputStream body, HttpHeaders headers, Class<T> type) {
        byte[] bytes = controlBytes(body, headers);
        return bytes.length == 0 ? null : ControlJson.read(bytes, type);
    }

    private byte[] controlBytes(InputStream body, HttpHeaders headers) {
        byte[] bytes = read(body, headers, settings.maxControlBodyBytes(), new Held());
        if (bytes.length > 0) {
            RestMediaType.requireControl(headers);
        }
        return bytes;
    }

    /** A body with records; {@code held} is to be closed when the request is answered. */
    byte[] records(InputStream body, HttpHeaders headers, Held held) {
        return read(body, headers, settings.maxBodyBytes(), held);
    }

    /** A count of bytes that belongs to one request. */
    Held hold() {
        return new Held(heldBytes, settings.maxBodiesBytes());
    }

    private static byte[] read(InputStream body, HttpHeaders headers, int maxBytes, Held held) {
        if (headers.getLength() > maxBytes) {
            throw tooLarge(maxBytes);
        }
        try {
            held.reserve(headers.getLength());
            InputStream unpacked = unpack(body, headers);
            if (unpacked == body && headers.getLength() > 0) {
                return readAnnounced(body, headers.getLength());
            }
            byte[] buffer = new byte[FIRST_BYTES];
            Bytes bytes = new Bytes(FIRST_BYTES);
            int count;
            while ((count = unpacked.read(buffer)) >= 0) {
                if (bytes.size() + count > maxBytes) {
                    throw tooLarge(maxBytes);
                }
                bytes.write(buffer, 0, count);
                held.reserve(bytes.size());
            }
            return bytes.exactly();
        } catch (IOException e) { // the client went, or its packing is broken
            throw new BarnabasException(ErrorCode.MALFORMED_REQUEST, "the body could not be read: " + e.getMessage());
        }
    }

    /** Straight into the array that is going to be appended or parsed; the server ends the stream at that length. */
    private static byte[] readAnnounced(InputStream body, int length) throws IOException {
        byte[] bytes = new byte[length];
        int count = body.readNBytes(bytes, 0, length);
        return count == length ? bytes : Arrays.copyOf(bytes, count);
    }

    private static InputStream unpack(InputStream body, HttpHeaders headers) throws IOException {
        String encoding = headers.getHeaderString(HttpHeaders.CONTENT_ENCODING);
        if (encoding == null || encoding.isBlank()) {
            return body;
        }
        return switch (encoding.trim().toLowerCase(Locale.ROOT)) {
            case "identity" -> body;
            case "gzip", "x-gzip" -> new GZIPInputStream(body, FIRST_BYTES);
            default ->
                throw new BarnabasException(
                        ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                        "Content-Encoding '" + encoding + "' is not supported; send it plain or with gzip");
        };
    }

    private static BarnabasException tooLarge(int maxBytes) {
        return new BarnabasException(
                ErrorCode.BODY_TOO_LARGE, "the body is larger than the " + maxBytes + " bytes that are allowed here");
    }

    /** Grows as it is written and gives its array away when that happens to fit. */
    private static final class Bytes extends ByteArrayOutputStream {
        Bytes(int firstBytes) {
            super(firstBytes);
        }

        byte[] exactly() {
            return count == buf.length ? buf : toByteArray();
        }
    }

    /** What one request holds; confined to the request until it is closed. */
    static final class Held implements AutoCloseable {
        private final AtomicLong total;
        private final long maxTotal;
        private long mine;

        private Held() {
            this(new AtomicLong(), Long.MAX_VALUE);
        }

        private Held(AtomicLong total, long maxTotal) {
            this.total = total;
            this.maxTotal = maxTotal;
        }

        /** Counts a body that is, or is going to be, so long. */
        private void reserve(long bytes) {
            long more = bytes - mine;
            if (more <= 0) {
                return;
            }
            mine += more;
            if (total.addAndGet(more) > maxTotal) {
                throw new BarnabasException(
                        ErrorCode.OVERLOADED,
                        "requests hold more than " + maxTotal + " bytes at the moment, try again");
            }
        }

        @Override
        public void close() {
            total.addAndGet(-mine);
            mine = 0;
        }
    }
}
