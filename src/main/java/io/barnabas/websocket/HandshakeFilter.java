package io.barnabas.websocket;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.barnabas.record.ErrorCode;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;

/**
 * Looks at handshakes before the platform's own filter does: who may not connect gets an HTTP answer that says why, who
 * may gets an {@link UnmaskedUpgrade}.
 * Declared filters run before those that a library adds, which is what this relies on.
 */
@WebFilter(
        urlPatterns = {BarnabasEndpoints.PATH, BarnabasEndpoints.SINK_PATH, BarnabasEndpoints.SOURCE_PATH},
        asyncSupported = true)
public final class HandshakeFilter extends HttpFilter {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Sockets sockets = CDI.current().select(Sockets.class).get();
        if (measuring(request) && !sockets.measures()) {
            refuse(sockets, response, 404, ErrorCode.UNKNOWN_PATH, "there is nothing at this path");
        } else if (sockets.draining()) {
            refuse(sockets, response, 503, ErrorCode.DRAINING, "this node is shutting down, connect again");
        } else if (!sockets.origins().allow(request.getHeader("Origin"), request.getHeader("Host"))) {
            refuse(sockets, response, 403, ErrorCode.FOREIGN_ORIGIN, "pages of this origin may not connect");
        } else if (!Protocols.acceptable(Collections.list(request.getHeaders("Sec-WebSocket-Protocol")))) {
            refuse(
                    sockets,
                    response,
                    400,
                    ErrorCode.NOT_ACCEPTABLE,
                    "none of the sub-protocols asked for is known; this server speaks "
                            + String.join(", ", Protocols.SUPPORTED));
        } else if (request.getHeader("Sec-WebSocket-Key") == null) {
            response.setHeader("Upgrade", "websocket");
            refuse(sockets, response, 426, ErrorCode.MALFORMED_REQUEST, "this path takes WebSocket connections only");
        } else {
            chain.doFilter(new UnmaskedUpgrade(request), response);
        }
    }

    /** How the path is split between the two depends on which servlet would get the request. */
    private static boolean measuring(HttpServletRequest request) {
        String rest = request.getPathInfo();
        String path = request.getServletPath() + (rest == null ? "" : rest);
        return !path.equals(BarnabasEndpoints.PATH);
    }

    private static void refuse(
            Sockets sockets, HttpServletResponse response, int status, ErrorCode code, String message)
            throws IOException {
        sockets.refused(code);
        response.setStatus(status);
        response.setContentType("application/json");
        try (JsonGenerator out = new JsonFactory().createGenerator(response.getOutputStream())) {
            out.writeStartObject();
            out.writeNumberField("error_code", code.number());
            out.writeStringField("message", message);
            out.writeEndObject();
        }
    }
}
