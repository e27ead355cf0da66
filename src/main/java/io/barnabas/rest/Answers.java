package io.barnabas.rest;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;

/** Builds answers whose length is known. */
final class Answers {
    private Answers() {}

    static Response ok(Object view) {
        return json(Response.Status.OK, view);
    }

    static Response created(Object view) {
        return json(Response.Status.CREATED, view);
    }

    static Response noContent() {
        return Response.noContent().build();
    }

    /** 200 with the body's length; the caller adds type and headers. */
    static Response.ResponseBuilder ok(Body body) {
        return Response.ok(body).header(HttpHeaders.CONTENT_LENGTH, body.length());
    }

    private static Response json(Response.Status status, Object view) {
        Body body = Body.of(ControlJson.bytes(view));
        return Response.status(status)
                .entity(body)
                .header(HttpHeaders.CONTENT_LENGTH, body.length())
                .build();
    }
}
