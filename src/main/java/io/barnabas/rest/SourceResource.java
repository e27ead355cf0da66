package io.barnabas.rest;

import static java.util.Objects.requireNonNull;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.nio.ByteBuffer;

/** The ceiling of reading over HTTP: answers zeros from memory. For measurements only; off by default. */
@Path("source")
@Singleton
public final class SourceResource {
    private final RestSettings settings;
    private final byte[] zeros;

    @Inject
    public SourceResource(RestSettings settings) {
        this.settings = requireNonNull(settings, "settings");
        this.zeros = new byte[settings.measureEndpoints() ? settings.maxResponseBytes() : 0];
    }

    @GET
    @Produces({RestMediaType.BATCHES, RestMediaType.PROBLEM_ANSWER})
    public Response zeros(@QueryParam("max_bytes") String maxBytes) {
        if (!settings.measureEndpoints()) {
            throw new NotFoundException();
        }
        int bytes = ReadLimits.bytes(maxBytes, settings);
        return Answers.ok(Body.of(ByteBuffer.wrap(zeros, 0, bytes)))
                .type(RestMediaType.BATCHES)
                .build();
    }
}
