package io.barnabas.rest;

import io.barnabas.record.ErrorCode;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Stands at the {@link Doorway}. It is found through the servlet context and not injected, because requests come before
 * there is anything to inject and after it has been taken away. Declared in {@code web.xml}, before all others.
 */
public final class DoorFilter extends HttpFilter {
    private static final long serialVersionUID = 1L;
    private static final String HEALTH = "/health";

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Doorway door = (Doorway) request.getServletContext().getAttribute(Doorway.ATTRIBUTE);
        if (door != null) {
            door.reach();
        }
        if (request.getServletPath().equals(HEALTH)) {
            chain.doFilter(request, response); // tells of every phase
            return;
        }
        switch (door == null ? Doorway.Phase.STARTING : door.enter()) {
            case STARTING -> refuse(response, ErrorCode.COORDINATOR_LOADING, "this node is starting, try again");
            case OPEN -> pass(door, request, response, chain);
            case LEAVING -> {
                closeAfter(response);
                pass(door, request, response, chain);
            }
            case SHUT -> {
                closeAfter(response);
                refuse(response, ErrorCode.DRAINING, "this node is shutting down, connect again");
            }
        }
    }

    private static void pass(Doorway door, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Visit visit = new Visit(door, request);
        try {
            chain.doFilter(visit, response);
        } finally {
            visit.passed();
        }
    }

    private static void closeAfter(HttpServletResponse response) {
        response.setHeader("Connection", "close");
    }

    /** Written at once, so that what the server thinks of the request afterwards cannot take the answer's place. */
    static void refuse(HttpServletResponse response, ErrorCode code, String message) throws IOException {
        byte[] body = ControlJson.bytes(new ErrorView(code.number(), message));
        response.setStatus(HttpStatus.of(code));
        response.setContentType(RestMediaType.JSON);
        response.setContentLength(body.length);
        int retryAfterSeconds = HttpStatus.retryAfterSeconds(code);
        if (retryAfterSeconds > 0) {
            response.setHeader("Retry-After", Integer.toString(retryAfterSeconds));
        }
        response.getOutputStream().write(body);
        response.flushBuffer();
    }
}
