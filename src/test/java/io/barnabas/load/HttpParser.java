package io.barnabas.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * Takes answers of HTTP/1.1 out of a stream of bytes, by length or in chunks (RFC 9112). Remembers how far it has looked,
 * so that an answer which comes in pieces is not searched again. Confined to one thread.
 */
final class HttpParser {
    private static final int MAX_HEAD_BYTES = 64 * 1024;
    private static final int NO_LENGTH = -1;

    private int scanned;
    private boolean inBody;
    private int status;
    private long length;
    private boolean chunked;
    private boolean last;
    private ByteBuffer joined = ByteBuffer.allocate(0);

    /** The next whole answer, which is taken off the buffer; null when there is none yet. */
    HttpAnswer next(ByteBuffer bytes) throws IOException {
        if (!inBody && !readHead(bytes)) {
            return null;
        }
        ByteBuffer body = chunked ? chunks(bytes) : counted(bytes);
        if (body == null) {
            return null;
        }
        inBody = false;
        return new HttpAnswer(status, body);
    }

    /** Whether the server closes the connection after the answer that {@link #next} gave last. */
    boolean wasLast() {
        return last;
    }

    private boolean readHead(ByteBuffer bytes) throws IOException {
        int end = headEnd(bytes);
        if (end < 0) {
            return false;
        }
        byte[] head = new byte[end - bytes.position()];
        bytes.get(head);
        scanned = 0;
        String[] lines = new String(head, ISO_8859_1).split("\r\n", -1);
        String[] first = lines[0].split(" ", 3);
        if (first.length < 2 || !first[0].startsWith("HTTP/1.")) {
            throw new IOException("not an HTTP answer: " + lines[0]);
        }
        status = Integer.parseInt(first[1]);
        length = NO_LENGTH;
        chunked = false;
        last = false;
        for (int i = 1; i < lines.length; i++) {
            readField(lines[i]);
        }
        boolean bodiless = status == 204 || status == 304 || status == 101;
        if (bodiless) {
            length = 0;
        } else if (!chunked && length == NO_LENGTH) {
            throw new IOException("answer without a length: " + lines[0]);
        }
        joined.clear();
        inBody = status != 100;
        return inBody || readHead(bytes);
    }

    private void readField(String line) {
        int colon = line.indexOf(':');
        if (colon < 0) {
            return;
        }
        String value = line.substring(colon + 1).strip();
        switch (line.substring(0, colon).toLowerCase(Locale.ROOT)) {
            case "content-length" -> length = Long.parseLong(value);
            case "transfer-encoding" -> chunked = value.equalsIgnoreCase("chunked");
            case "connection" -> last = value.equalsIgnoreCase("close");
            default -> {
                // Nothing else changes how an answer is read.
            }
        }
    }

    private int headEnd(ByteBuffer bytes) throws IOException {
        int from = bytes.position();
        for (int i = from + Math.max(3, scanned); i < bytes.limit(); i++) {
            if (bytes.get(i) == '\n' && bytes.get(i - 1) == '\r' && bytes.get(i - 2) == '\n') {
                return i + 1;
            }
        }
        scanned = Math.max(3, bytes.remaining());
        if (scanned > MAX_HEAD_BYTES) {
            throw new IOException("the head of an answer has more than " + MAX_HEAD_BYTES + " bytes");
        }
        return -1;
    }

    private ByteBuffer counted(ByteBuffer bytes) {
        if (bytes.remaining() < length) {
            return null;
        }
        ByteBuffer body = bytes.slice(bytes.position(), (int) length);
        bytes.position(bytes.position() + (int) length);
        return body;
    }

    private ByteBuffer chunks(ByteBuffer bytes) throws IOException {
        while (true) {
            int lineEnd = lineEnd(bytes);
            if (lineEnd < 0) {
                return null;
            }
            int size = chunkSize(bytes, lineEnd);
            int end = lineEnd + 2 + size + 2;
            if (end > bytes.limit()) {
                return null;
            }
            append(bytes.slice(lineEnd + 2, size));
            bytes.position(end);
            if (size == 0) {
                return joined.duplicate().flip();
            }
        }
    }

    private static int lineEnd(ByteBuffer bytes) {
        for (int i = bytes.position(); i + 1 < bytes.limit(); i++) {
            if (bytes.get(i) == '\r' && bytes.get(i + 1) == '\n') {
                return i;
            }
        }
        return -1;
    }

    private static int chunkSize(ByteBuffer bytes, int lineEnd) throws IOException {
        int size = 0;
        for (int i = bytes.position(); i < lineEnd && bytes.get(i) != ';'; i++) {
            int digit = Character.digit(bytes.get(i), 16);
            if (digit < 0 || size > Integer.MAX_VALUE >> 5) {
                throw new IOException("a chunk of an answer has no readable size");
            }
            size = size << 4 | digit;
        }
        return size;
    }

    private void append(ByteBuffer chunk) {
        if (joined.remaining() < chunk.remaining()) {
            int needed = joined.position() + chunk.remaining();
            joined =
                    ByteBuffer.allocate(Math.max(needed, joined.capacity() * 2)).put(joined.flip());
        }
        joined.put(chunk);
    }
}
