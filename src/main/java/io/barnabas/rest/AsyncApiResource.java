package io.barnabas.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The socket's frames as an AsyncAPI document: YAML as it was written, or the same as JSON. */
@Path("asyncapi")
@Singleton
public final class AsyncApiResource {
    private static final String DOCUMENT = "/META-INF/asyncapi.yaml";

    private final byte[] yaml = read();
    private final byte[] json = asJson(yaml);

    /** Comes first for a client that takes anything, as the server's own OpenAPI document does. */
    @GET
    @Produces({"application/yaml", "application/vnd.aai.asyncapi+yaml;qs=0.9", "text/plain;qs=0.8"})
    public Response yaml() {
        return Answers.ok(Body.of(yaml)).build();
    }

    @GET
    @Produces({"application/json;qs=0.7", "application/vnd.aai.asyncapi+json;qs=0.6", RestMediaType.PROBLEM_ANSWER})
    public Response json() {
        return Answers.ok(Body.of(json)).build();
    }

    static byte[] read() {
        try (InputStream document = AsyncApiResource.class.getResourceAsStream(DOCUMENT)) {
            if (document == null) {
                throw new IllegalStateException(DOCUMENT + " is not packed");
            }
            return document.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] asJson(byte[] yaml) {
        Object document =
                new Yaml(new SafeConstructor(new LoaderOptions())).load(new String(yaml, StandardCharsets.UTF_8));
        try {
            return new ObjectMapper().writeValueAsBytes(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(DOCUMENT + " cannot be written as JSON", e);
        }
    }
}
