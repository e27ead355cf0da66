package io.barnabas.broker;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.Header;
import io.barnabas.record.ProducerSequence;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * A client's name for one produce request, under which the request is stored once however often it is sent. In the log
 * it is the id of a producer of its own, which sends one batch to each partition; the batch's sequence is a print of the
 * request, so that another request of the same name is told from a repeat. Confined to one request, since it takes the
 * print as the records come.
 */
public final class IdempotencyKey {
    /** The longest key. */
    public static final int MAX_CHARS = 255;

    private final long hash;
    private final MessageDigest print;

    private IdempotencyKey(String text) {
        byte[] digest = sha256().digest(text.getBytes(US_ASCII));
        this.hash = ByteBuffer.wrap(digest).getLong();
        this.print = sha256();
        print.update(digest);
    }

    /**
     * The key of a request.
     *
     * @throws BarnabasException {@code INVALID_FIELD} unless it is 1 to 255 printable ASCII characters
     */
    public static IdempotencyKey parse(String text) {
        if (text.isEmpty()
                || text.length() > MAX_CHARS
                || text.chars().anyMatch(character -> character < ' ' || character > '~')) {
            throw new BarnabasException(
                    ErrorCode.INVALID_FIELD,
                    "header 'Idempotency-Key' must be 1 to " + MAX_CHARS + " printable ASCII characters");
        }
        return new IdempotencyKey(text);
    }

    /** Where the request's records without partition and key begin: a repeat deals them out as the first try did. */
    int firstTurn(int partitionCount) {
        return (int) Math.floorMod(hash, (long) partitionCount);
    }

    /** Adds something of the request to its print. */
    void add(int partition, long timestamp, byte[] key, byte[] value, List<Header> headers) {
        print.update(ByteBuffer.allocate(Integer.BYTES + Long.BYTES)
                .putInt(partition)
                .putLong(timestamp)
                .flip());
        add(key);
        add(value);
        addLength(headers.size());
        for (Header header : headers) {
            add(header.key().getBytes(UTF_8));
            add(header.value());
        }
    }

    /** Adds a whole batch as it came. */
    void add(ByteBuffer batch) {
        print.update(batch.duplicate());
    }

    private void add(byte[] bytes) {
        addLength(bytes == null ? -1 : bytes.length);
        if (bytes != null) {
            print.update(bytes);
        }
    }

    private void addLength(int length) {
        print.update(ByteBuffer.allocate(Integer.BYTES).putInt(length).flip());
    }

    /** What the request's batches are marked with; ends the print, so it is asked for once. */
    ProducerSequence sequence() {
        int print31 = ByteBuffer.wrap(print.digest()).getInt() & Integer.MAX_VALUE;
        return ProducerSequence.ofKey(hash, print31);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
