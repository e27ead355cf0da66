package io.barnabas;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads every class of the application at start. Payara Micro unpacks the application into a temporary folder, which a
 * shutdown hook of its own deletes while ours flushes the log: a class that is needed for the first time in the middle
 * of the stop is not to be found any more then.
 */
final class OwnClasses {
    private static final Logger LOG = LoggerFactory.getLogger(OwnClasses.class);
    private static final String SUFFIX = ".class";

    private final ClassLoader loader;

    OwnClasses(ClassLoader loader) {
        this.loader = requireNonNull(loader, "loader");
    }

    /** Gives the number of classes loaded; 0 where classes are not files, and then nobody deletes them either. */
    int load() {
        String root = OwnClasses.class.getPackageName().replace('.', '/');
        URL folder = loader.getResource(root);
        if (folder == null || !"file".equals(folder.getProtocol())) {
            return 0;
        }
        try {
            Path packages = Path.of(folder.toURI());
            List<Path> files;
            try (Stream<Path> found = Files.walk(packages)) {
                files = found.filter(file -> file.toString().endsWith(SUFFIX)).toList();
            }
            files.forEach(file -> load(packages.toUri().relativize(file.toUri())));
            return files.size();
        } catch (IOException | URISyntaxException e) {
            LOG.warn("classes could not be loaded ahead folder={}", folder, e);
            return 0;
        }
    }

    private void load(URI file) {
        String path = file.getPath();
        String name = OwnClasses.class.getPackageName() + "."
                + path.substring(0, path.length() - SUFFIX.length()).replace('/', '.');
        if (name.endsWith("package-info")) {
            return;
        }
        try {
            Class.forName(name, false, loader);
        } catch (ClassNotFoundException | LinkageError e) {
            LOG.warn("class could not be loaded ahead class={}", name, e);
        }
    }
}
