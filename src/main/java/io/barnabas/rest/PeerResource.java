package io.barnabas.rest;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.peer.PeerDesk;
import io.barnabas.broker.peer.PeerWire;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What nodes ask each other; see {@link PeerWire}. Not for clients and not in the OpenAPI document: without a node's
 * credential every call is a 403. It answers what this node itself can answer and never asks another one.
 */
@Path("internal")
@Singleton
public final class PeerResource {
    private static final Logger LOG = LoggerFactory.getLogger(PeerResource.class);

    private final PeerDoor door;

    @Inject
    public PeerResource(PeerDoor door) {
        this.door = requireNonNull(door, "door");
    }

    @POST
    @Path("{operation}")
    public CompletionStage<Response> call(
            @PathParam("operation") String operation, @Context HttpHeaders headers, InputStream input) {
        PeerDesk desk = door.desk();
        int fromNode = desk.admit(
                headers.getHeaderString(PeerWire.FROM),
                headers.getHeaderString(PeerWire.TO),
                headers.getHeaderString(PeerWire.CREDENTIAL));
        int length = headers.getLength();
        if (length < 0) {
            throw new BarnabasException(ErrorCode.MALFORMED_REQUEST, "a call must announce its length");
        }
        Runnable release = desk.hold(length);
        CompletionStage<ByteBuffer> answer;
        try {
            answer = desk.answer(fromNode, operation, body(input, length));
        } catch (RuntimeException e) {
            release.run();
            throw e;
        }
        return answer.whenComplete((done, failure) -> release.run())
                .handleAsync((bytes, failure) -> failure == null ? ok(bytes) : refused(failure), door.answers());
    }

    private static ByteBuffer body(InputStream input, int length) {
        byte[] bytes = new byte[length];
        try {
            if (input.readNBytes(bytes, 0, length) < length) {
                throw new BarnabasException(ErrorCode.MALFORMED_REQUEST, "the call ends before its announced length");
            }
        } catch (IOException e) { // the other node went
            throw new BarnabasException(ErrorCode.MALFORMED_REQUEST, "the call could not be read: " + e.getMessage());
        }
        return ByteBuffer.wrap(bytes);
    }

    private static Response ok(ByteBuffer bytes) {
        return Answers.ok(Body.of(bytes)).type(PeerWire.CONTENT_TYPE).build();
    }

    private static Response refused(Throwable failure) {
        BarnabasException known = BarnabasException.of(failure);
        if (known.code().kind() == ErrorCode.Kind.INTERNAL) {
            LOG.error("call of another node failed code={}", known.code(), failure);
        }
        Body message = Body.of(PeerWire.message(known));
        return Response.status(HttpStatus.of(known.code()))
                .header(PeerWire.ERROR, known.code().name())
                .header(HttpHeaders.CONTENT_LENGTH, message.length())
                .type(PeerWire.CONTENT_TYPE)
                .entity(message)
                .build();
    }
}
