package io.barnabas.testing;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.time.Duration;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.arquillian.test.spi.LifecycleMethodExecutor;
import org.jboss.arquillian.test.spi.TestRunnerAdaptor;
import org.jboss.arquillian.test.spi.TestRunnerAdaptorBuilder;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Lets Arquillian deploy the built WAR on Payara Micro before the first test class that needs it, and undeploy it after
 * the last one. Arquillian's own JUnit extension does so for each class, and each time starts a server.
 */
public final class DeployedWar implements BeforeAllCallback, ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(DeployedWar.class);
    private static final Path DATA = Path.of("target", "it-data");

    @Override
    public void beforeAll(ExtensionContext context) {
        server(context);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == Http.class || type == URI.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        URI url = server(context).url;
        return parameter.getParameter().getType() == URI.class ? url : new Http(url);
    }

    private static Server server(ExtensionContext context) {
        Server server = context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(Server.class, type -> new Server(), Server.class);
        if (server.url == null) {
            throw new IllegalStateException("the WAR was not deployed; the first test that needed it says why");
        }
        return server;
    }

    /** The class that Arquillian takes for the test class. */
    static final class BuiltWar {
        @ArquillianResource
        private URL url;

        @Deployment(testable = false)
        static WebArchive war() {
            return ShrinkWrap.createFromZipFile(WebArchive.class, new File(System.getProperty("built.war")));
        }

        void anyMethod() {}
    }

    /** The running server; closed by JUnit when all tests are over. */
    private static final class Server implements AutoCloseable {
        private final TestRunnerAdaptor arquillian = TestRunnerAdaptorBuilder.build();
        private final BuiltWar war = new BuiltWar();
        private URI url;

        Server() {
            try {
                Directories.delete(DATA);
                arquillian.beforeSuite();
                arquillian.beforeClass(BuiltWar.class, LifecycleMethodExecutor.NO_OP);
                arquillian.before(war, BuiltWar.class.getDeclaredMethod("anyMethod"), LifecycleMethodExecutor.NO_OP);
                // The adapter names the machine, whose name need not resolve; the port is what counts.
                URI server = URI.create("http://127.0.0.1:" + war.url.getPort() + "/");
                Http http = new Http(server);
                await().atMost(Duration.ofMinutes(2))
                        .until(() -> http.get("health/ready").status() == 200);
                url = server;
            } catch (Exception e) {
                throw new IllegalStateException("the WAR cannot be deployed: " + e.getMessage(), e);
            }
        }

        @Override
        public void close() {
            try {
                arquillian.after(war, BuiltWar.class.getDeclaredMethod("anyMethod"), LifecycleMethodExecutor.NO_OP);
                arquillian.afterClass(BuiltWar.class, LifecycleMethodExecutor.NO_OP);
                arquillian.afterSuite();
                arquillian.shutdown();
            } catch (Exception e) {
                throw new IllegalStateException("the WAR cannot be undeployed: " + e.getMessage(), e);
            }
        }
    }
}
