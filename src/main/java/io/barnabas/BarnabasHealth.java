package io.barnabas;

import static java.util.Objects.requireNonNull;

import io.barnabas.HealthChecks.Check;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.function.Function;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/** Shows {@link HealthChecks} to MicroProfile Health. An exception would be a 500 without a body, so there is none. */
final class BarnabasHealth {
    private BarnabasHealth() {}

    /** {@code /health/started}. */
    @Startup
    @ApplicationScoped
    static class Started implements HealthCheck {
        private final NodeWatch watch;

        protected Started() { // for the CDI proxy
            this.watch = null;
        }

        @Inject
        Started(NodeWatch watch) {
            this.watch = requireNonNull(watch, "watch");
        }

        @Override
        public HealthCheckResponse call() {
            return answer(HealthChecks.STARTED, HealthChecks::started, watch.state());
        }
    }

    /** {@code /health/ready}. */
    @Readiness
    @ApplicationScoped
    static class Ready implements HealthCheck {
        private final NodeWatch watch;

        protected Ready() { // for the CDI proxy
            this.watch = null;
        }

        @Inject
        Ready(NodeWatch watch) {
            this.watch = requireNonNull(watch, "watch");
        }

        @Override
        public HealthCheckResponse call() {
            return answer("barnabas-ready", HealthChecks::ready, watch.state());
        }
    }

    /** {@code /health/live}. */
    @Liveness
    @ApplicationScoped
    static class Live implements HealthCheck {
        private final NodeWatch watch;

        protected Live() { // for the CDI proxy
            this.watch = null;
        }

        @Inject
        Live(NodeWatch watch) {
            this.watch = requireNonNull(watch, "watch");
        }

        @Override
        public HealthCheckResponse call() {
            return answer("barnabas-live", HealthChecks::live, watch.state());
        }
    }

    private static HealthCheckResponse answer(String name, Function<NodeState, Check> decide, NodeState node) {
        Check check;
        try {
            check = decide.apply(node);
        } catch (RuntimeException e) {
            check = new Check(name, false, Map.of("error", e.toString()));
        }
        HealthCheckResponseBuilder builder =
                HealthCheckResponse.named(check.name()).status(check.up());
        check.data().forEach((key, value) -> withData(builder, key, value));
        return builder.build();
    }

    private static void withData(HealthCheckResponseBuilder builder, String key, Object value) {
        if (value instanceof Long number) {
            builder.withData(key, number);
        } else if (value instanceof Boolean flag) {
            builder.withData(key, flag);
        } else {
            builder.withData(key, String.valueOf(value));
        }
    }
}
