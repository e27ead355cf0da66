package io.barnabas.rest;

import io.barnabas.broker.ClientEvents;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TraceParent;
import jakarta.inject.Inject;
import jakarta.ws.rs.NotAcceptableException;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers every failure as JSON: {@code {"error_code","message"}}, or {@code application/problem+json} (RFC 9457) when
 * the request asks for it. What nobody foresaw is logged once, here, and told to the caller without its details.
 */
@Provider
public final class ErrorMapper implements ExceptionMapper<Throwable> {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorMapper.class);

    /** Proxies of the current request; the platform sets them. */
    @Context
    private HttpHeaders headers;

    @Context
    private UriInfo uri;

    @Context
    private Request request;

    /** Made by the platform, with fields alone; set before the first failure. */
    @Inject
    private ClientEvents events;

    @Override
    public Response toResponse(Throwable failure) {
        if (failure instanceof WebApplicationException web) {
            return ofPlatform(web);
        }
        BarnabasException known = BarnabasException.of(failure);
        if (known.code().kind() == ErrorCode.Kind.INTERNAL) {
            LOG.error(
                    "request failed method={} path={} code={} trace={}",
                    request.getMethod(),
                    uri.getPath(),
                    known.code(),
                    trace(),
                    failure);
        }
        return answer(known.code(), HttpStatus.of(known.code()), known.getMessage())
                .build();
    }

    private String trace() {
        return TraceParent.shown(TraceParent.parse(headers.getRequestHeader(TraceParent.HEADER)));
    }

    private Response ofPlatform(WebApplicationException failure) {
        String what = request.getMethod() + " /" + uri.getPath();
        int status = failure.getResponse().getStatus();
        if (failure instanceof NotFoundException) {
            return answer(ErrorCode.UNKNOWN_PATH, status, "there is nothing at /" + uri.getPath())
                    .build();
        }
        if (failure instanceof NotAllowedException) {
            String allowed = failure.getResponse().getHeaderString(HttpHeaders.ALLOW);
            return answer(ErrorCode.METHOD_NOT_ALLOWED, status, what + " is not possible; allowed are " + allowed)
                    .header(HttpHeaders.ALLOW, allowed)
                    .build();
        }
        if (failure instanceof NotAcceptableException) {
            return answer(
                            ErrorCode.NOT_ACCEPTABLE,
                            status,
                            what + " has no answer of the kind that Accept asks for: "
                                    + headers.getHeaderString(HttpHeaders.ACCEPT))
                    .build();
        }
        if (failure instanceof NotSupportedException) {
            return answer(
                            ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                            status,
                            what + " does not take Content-Type " + headers.getHeaderString(HttpHeaders.CONTENT_TYPE))
                    .build();
        }
        if (status >= 500) {
            LOG.error(
                    "request failed method={} path={} trace={}", request.getMethod(), uri.getPath(), trace(), failure);
            return answer(ErrorCode.INTERNAL_ERROR, status, "internal error").build();
        }
        return answer(ErrorCode.MALFORMED_REQUEST, status, "the request could not be understood")
                .build();
    }

    private Response.ResponseBuilder answer(ErrorCode code, int status, String message) {
        events.rejected(ClientEvents.FrontEnd.HTTP, code);
        boolean problem = asksForProblem(headers);
        Object view = problem
                ? ProblemView.of(code, status, message, "/" + uri.getPath())
                : new ErrorView(code.number(), message);
        Body body = Body.of(ControlJson.bytes(view));
        Response.ResponseBuilder response = Response.status(status)
                .entity(body)
                .type(problem ? RestMediaType.PROBLEM : RestMediaType.JSON)
                .header(HttpHeaders.CONTENT_LENGTH, body.length());
        int retryAfterSeconds = HttpStatus.retryAfterSeconds(code);
        return retryAfterSeconds == 0
                ? response
                : response.header(HttpHeaders.RETRY_AFTER, Integer.toString(retryAfterSeconds));
    }

    /** Only when it is named: a wildcard gets the family's shape. */
    static boolean asksForProblem(HttpHeaders headers) {
        for (MediaType type : headers.getAcceptableMediaTypes()) {
            if (RestMediaType.name(type).equals(RestMediaType.PROBLEM)) {
                return true;
            }
        }
        return false;
    }
}
