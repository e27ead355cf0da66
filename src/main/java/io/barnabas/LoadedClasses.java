package io.barnabas;

import jakarta.servlet.ServletContext;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the classes of the application that nothing has asked for yet. The server stops the application's class loader
 * before it tells the application to stop: what is needed for the first time by then, for instance by the last flush of
 * a log, would be a {@link NoClassDefFoundError}.
 */
final class LoadedClasses {
    private static final Logger LOG = LoggerFactory.getLogger(LoadedClasses.class);
    private static final String ROOT = "/WEB-INF/classes/";
    private static final String SUFFIX = ".class";

    private LoadedClasses() {}

    /** Loads, and does not initialize, every class under a package. */
    static void load(ServletContext application, String packageName) {
        long startNanos = System.nanoTime();
        int count = loadFolder(application, ROOT + packageName.replace('.', '/') + '/');
        LOG.debug("classes loaded count={} durationMs={}", count, (System.nanoTime() - startNanos) / 1_000_000);
    }

    private static int loadFolder(ServletContext application, String folder) {
        Set<String> paths = application.getResourcePaths(folder);
        int count = 0;
        for (String path : paths == null ? Set.<String>of() : paths) {
            if (path.endsWith("/")) {
                count += loadFolder(application, path);
            } else if (path.endsWith(SUFFIX) && !path.endsWith("-info.class")) {
                String name = path.substring(ROOT.length(), path.length() - SUFFIX.length());
                count += loaded(application, name.replace('/', '.')) ? 1 : 0;
            }
        }
        return count;
    }

    private static boolean loaded(ServletContext application, String name) {
        try {
            return Class.forName(name, false, application.getClassLoader()) != null;
        } catch (ClassNotFoundException | LinkageError e) {
            LOG.warn("class cannot be loaded name={} reason={}", name, e.toString());
            return false;
        }
    }
}
