package io.barnabas.rest;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonParser;
import io.barnabas.broker.format.Json;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;

/**
 * The ceiling of writing over HTTP: takes what a produce request sends and keeps nothing. Batches are read and dropped,
 * JSON is parsed, token by token, and dropped. For measurements only; off by default.
 */
@Path("sink")
@Singleton
public final class SinkResource {
    private static final int READ_BYTES = 64 * 1024;

    private final Json json;
    private final RestSettings settings;

    @Inject
    public SinkResource(Json json, RestSettings settings) {
        this.json = requireNonNull(json, "json");
        this.settings = requireNonNull(settings, "settings");
    }

    @POST
    public Response swallow(@Context HttpHeaders headers, InputStream body) throws IOException {
        if (!settings.measureEndpoints()) {
            throw new NotFoundException();
        }
        MediaType type = headers.getMediaType();
        if (type != null && RestMediaType.name(type).equals(RestMediaType.BATCHES)) {
            drop(body);
        } else {
            parse(body);
        }
        return Answers.noContent();
    }

    private static void drop(InputStream body) throws IOException {
        byte[] buffer = new byte[READ_BYTES];
        int count;
        do {
            count = body.read(buffer);
        } while (count >= 0);
    }

    private void parse(InputStream body) throws IOException {
        try (JsonParser parser = json.parser(body)) {
            try {
                do {
                    parser.nextToken();
                } while (parser.currentToken() != null);
            } catch (IOException e) {
                throw Json.refusal(e, parser);
            }
        }
    }
}
