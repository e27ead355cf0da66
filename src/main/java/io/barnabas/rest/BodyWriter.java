package io.barnabas.rest;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyWriter;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;

/** Writes a {@link Body} of whatever media type, and tells it whether that went well. Thread-safe: holds nothing. */
@Provider
public final class BodyWriter implements MessageBodyWriter<Body> {
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
            body.writeTo(output);
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
}
