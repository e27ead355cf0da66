package io.barnabas.rest;

import io.barnabas.broker.ClientEvents;
import io.barnabas.broker.peer.PeerDesk;
import io.barnabas.broker.peer.PeerWire;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What nodes ask each other; see {@link PeerWire}. Not for clients and not in the OpenAPI document: without a node's
 * credential every call is a 403. It answers what this node itself can answer and never asks another one.
 *
 * <p>A servlet and no resource, for each forwarded request comes by here: there is nothing to negotiate, to match or to inject.
 * Its door is found through the servlet context, see {@link DoorFilter}. Declared in {@code web.xml}.
 */
public final class PeerServlet extends HttpServlet {
    private static final Logger LOG = LoggerFactory.getLogger(PeerServlet.class);
    private static final long serialVersionUID = 1L;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        PeerDoor door = (PeerDoor) request.getServletContext().getAttribute(PeerDoor.ATTRIBUTE);
        try {
            if (!request.getMethod().equals("POST")) {
                response.setHeader("Allow", "POST");
                throw new BarnabasException(
                        ErrorCode.METHOD_NOT_ALLOWED, request.getMethod() + " is not possible here; allowed are POST");
            }
            call(door, request);
        } catch (RuntimeException e) {
            BarnabasException known = BarnabasException.of(e);
            if (known.code().kind() == ErrorCode.Kind.INTERNAL) {
                LOG.error("call of another node could not be taken in code={}", known.code(), e);
            }
            door.events().rejected(ClientEvents.FrontEnd.HTTP, known.code());
            DoorFilter.refuse(response, known.code(), known.getMessage());
        }
    }

    private static void call(PeerDoor door, HttpServletRequest request) {
        PeerDesk desk = door.desk();
        int fromNode = desk.admit(
                request.getHeader(PeerWire.FROM),
                request.getHeader(PeerWire.TO),
                request.getHeader(PeerWire.CREDENTIAL));
        int length = request.getContentLength();
        if (length < 0) {
            throw new BarnabasException(ErrorCode.MALFORMED_REQUEST, "a call must announce its length");
        }
        Runnable release = desk.hold(length);
        ByteBuffer body;
        AsyncContext later;
        try {
            body = body(request, length);
            later = request.startAsync();
        } catch (RuntimeException e) {
            release.run();
            throw e;
        }
        later.setTimeout(0); // who asks has a deadline, and gives up with the connection
        CompletionStage<ByteBuffer> answer = desk.answer(fromNode, operation(request), body);
        var unused = answer.whenComplete((done, failure) -> release.run())
                .whenCompleteAsync((bytes, failure) -> complete(later, bytes, failure), door.answers());
    }

    private static String operation(HttpServletRequest request) {
        String path = request.getPathInfo();
        return path == null ? "" : path.substring(1);
    }

    private static ByteBuffer body(HttpServletRequest request, int length) {
        byte[] bytes = new byte[length];
        try {
            InputStream input = request.getInputStream();
            if (input.readNBytes(bytes, 0, length) < length) {
                throw new BarnabasException(ErrorCode.MALFORMED_REQUEST, "the call ends before its announced length");
            }
        } catch (IOException e) { // the other node went
            throw new BarnabasException(ErrorCode.MALFORMED_REQUEST, "the call could not be read: " + e.getMessage());
        }
        return ByteBuffer.wrap(bytes);
    }

    /** Blocks while the connection takes nothing more. */
    private static void complete(AsyncContext later, ByteBuffer bytes, Throwable failure) {
        HttpServletResponse response = (HttpServletResponse) later.getResponse();
        try {
            if (failure == null) {
                write(response, Body.of(bytes));
            } else {
                write(response, refusal(response, BarnabasException.of(failure), failure));
            }
        } catch (IOException e) {
            LOG.debug("another node did not take its answer", e);
        } finally {
            later.complete();
        }
    }

    private static Body refusal(HttpServletResponse response, BarnabasException known, Throwable failure) {
        if (known.code().kind() == ErrorCode.Kind.INTERNAL) {
            LOG.error("call of another node failed code={}", known.code(), failure);
        }
        response.setStatus(HttpStatus.of(known.code()));
        response.setHeader(PeerWire.ERROR, known.code().name());
        return Body.of(PeerWire.message(known));
    }

    private static void write(HttpServletResponse response, Body body) throws IOException {
        response.setContentType(PeerWire.CONTENT_TYPE);
        response.setContentLengthLong(body.length());
        body.writeTo(response.getOutputStream());
    }
}
