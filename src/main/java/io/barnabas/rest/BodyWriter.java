package io.barnabas.rest;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyWriter;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;

/** Writes a {@link Body} of whatever media type, and tells it whether that went well. Thread-safe: holds nothing. */
@Provider
public final class BodyWriter implements MessageBodyWriter<Body> {
    /** What the socket does not take at once of a write the server copies, so a write is not the whole answer. */
    private static final int WRITE_BYTES = 128 * 1024;

    @Override
    public boolean isWriteable(Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
        return type == Body.class;
    }

    @Override
    public void writeTo(
            Body body,
            Class<?> type,
            Type genericType,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, Object> headers,
            OutputStream output)
            throws IOException {
        boolean written = false;
        try {
            for (ByteBuffer piece : body.pieces()) {
                write(piece, output);
            }
            output.flush();
            written = true;
        } finally {
            if (written) {
                body.handOver().done();
            } else {
                body.handOver().lost();
            }
        }
    }

    private static void write(ByteBuffer piece, OutputStream output) throws IOException {
        int end = piece.limit();
        byte[] copy = piece.hasArray() ? null : new byte[Math.min(piece.remaining(), WRITE_BYTES)];
        for (int at = piece.position(); at < end; at += WRITE_BYTES) {
            int count = Math.min(end - at, WRITE_BYTES);
            if (copy == null) {
                output.write(piece.array(), piece.arrayOffset() + at, count);
            } else {
                piece.get(at, copy, 0, count);
                output.write(copy, 0, count);
            }
        }
    }
}
