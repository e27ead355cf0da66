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
    private static final int COPY_BYTES = 64 * 1024;

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
        if (piece.hasArray()) {
            output.write(piece.array(), piece.arrayOffset() + piece.position(), piece.remaining());
            return;
        }
        ByteBuffer rest = piece.duplicate();
        byte[] copy = new byte[Math.min(rest.remaining(), COPY_BYTES)];
        while (rest.hasRemaining()) {
            int count = Math.min(rest.remaining(), copy.length);
            rest.get(copy, 0, count);
            output.write(copy, 0, count);
        }
    }
}
