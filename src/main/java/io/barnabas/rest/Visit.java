package io.barnabas.rest;

import static java.util.Objects.requireNonNull;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A request that came in through the {@link Doorway}: it leaves once, when it has been answered, also when that is later
 * and on another thread.
 *
 * <p>The completion itself is what it waits for, and no {@link AsyncListener}, so the server does nothing more for each
 * request than it did without it.
 */
final class Visit extends HttpServletRequestWrapper {
    private final Doorway door;
    private final AtomicBoolean over = new AtomicBoolean();

    /** Set by the thread that the request came on, before anybody can answer it. */
    private volatile boolean answeredLater;

    Visit(Doorway door, HttpServletRequest request) {
        super(request);
        this.door = requireNonNull(door, "door");
    }

    /** The filters are through: who is not answered later has been. */
    void passed() {
        if (!answeredLater) {
            leave();
        }
    }

    private void leave() {
        if (over.compareAndSet(false, true)) {
            door.left();
        }
    }

    @Override
    public AsyncContext startAsync() {
        Later later = new Later(super.startAsync());
        answeredLater = true;
        return later;
    }

    @Override
    public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
        Later later = new Later(super.startAsync(request, response));
        answeredLater = true;
        return later;
    }

    @Override
    public AsyncContext getAsyncContext() {
        return new Later(super.getAsyncContext());
    }

    /** The server's context, and when it is completed the visit is over. */
    private final class Later implements AsyncContext {
        private final AsyncContext server;

        Later(AsyncContext server) {
            this.server = server;
        }

        @Override
        public void complete() {
            try {
                server.complete();
            } finally {
                leave();
            }
        }

        @Override
        public ServletRequest getRequest() {
            return server.getRequest();
        }

        @Override
        public ServletResponse getResponse() {
            return server.getResponse();
        }

        @Override
        public boolean hasOriginalRequestAndResponse() {
            return server.hasOriginalRequestAndResponse();
        }

        @Override
        public void dispatch() {
            server.dispatch();
        }

        @Override
        public void dispatch(String path) {
            server.dispatch(path);
        }

        @Override
        public void dispatch(ServletContext context, String path) {
            server.dispatch(context, path);
        }

        @Override
        public void start(Runnable run) {
            server.start(run);
        }

        @Override
        public void addListener(AsyncListener listener) {
            server.addListener(listener);
        }

        @Override
        public void addListener(AsyncListener listener, ServletRequest request, ServletResponse response) {
            server.addListener(listener, request, response);
        }

        @Override
        public <T extends AsyncListener> T createListener(Class<T> listener) throws ServletException {
            return server.createListener(listener);
        }

        @Override
        public void setTimeout(long timeoutMs) {
            server.setTimeout(timeoutMs);
        }

        @Override
        public long getTimeout() {
            return server.getTimeout();
        }
    }
}
