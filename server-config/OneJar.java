import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Run once while the image is made: {@code java OneJar.java FOLDER UNUSED JAR...}, a root folder that
 * "payara-micro.jar --outputlauncher" wrote, a list of services that are left out, and what goes into its class path, too.
 * Puts the server's 316 jars into one, because every search of the JVM for a class or a file, and a start makes tens of
 * thousands, goes through all jars of the class path, one after the other.
 *
 * <pre>
 *   FOLDER/launch-micro.jar    as it was, with server.jar as its class path, where the server looks for its services
 *   beside FOLDER:
 *     server.jar               what was in the jars of that class path, and in JAR...
 *     opens.options            the packages that launch-micro.jar has the JVM open, as options: that is not read of a jar
 *                              of a class path
 * </pre>
 *
 * <p>What a search for the first file of a name finds stays what it was: of several files of one name the first in the
 * order of the class path is taken. Files that are searched for in all jars are lists of services, which are joined, less
 * those services whose name begins with a line of UNUSED. Such a line that no service has is an error: the list is stale.
 */
final class OneJar {
    private static final String LAUNCHER = "launch-micro.jar";
    private static final String NAME = "server.jar";
    private static final String OPENS = "opens.options";
    private static final Pattern LEFT_OUT = Pattern.compile(
            "META-INF/services/(jakarta\\.enterprise\\.inject\\.spi\\.Extension|jakarta\\.servlet\\.ServletContainerInitializer"
                    + "|org\\.glassfish\\.jersey\\.internal\\.spi\\.(Forced)?AutoDiscoverable)");
    private static final Pattern JOINED = Pattern.compile("META-INF/(services|hk2-locator)/.+");
    private static final Pattern OF_ONE_JAR = Pattern.compile(
            "META-INF/MANIFEST\\.MF|META-INF/INDEX\\.LIST|META-INF/[^/]+\\.(SF|RSA|DSA|EC)|(META-INF/versions/\\d+/)?module-info\\.class");
    private static final String VERSIONS = "META-INF/versions/";

    private final Map<String, ByteArrayOutputStream> joined = new LinkedHashMap<>();
    private final Set<String> taken = new HashSet<>();
    private final List<String> unused;
    private final Set<String> met = new HashSet<>();

    private OneJar(List<String> unused) {
        this.unused = unused;
    }

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]).toAbsolutePath();
        Path launcher = folder.resolve(LAUNCHER);
        Manifest manifest;
        try (JarFile jar = new JarFile(launcher.toFile())) {
            manifest = jar.getManifest();
        }
        List<Path> jars = Stream.of(manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH).split(" +"))
                .filter(name -> name.endsWith(".jar"))
                .map(folder::resolve)
                .filter(Files::isRegularFile)
                .collect(Collectors.toList());
        if (jars.size() < 100) {
            throw new IOException("a class path of " + jars.size() + " jars is not the server's");
        }
        List<Path> more =
                Stream.of(arguments).skip(2).map(Path::of).collect(Collectors.toList());
        new OneJar(lines(Path.of(arguments[1])))
                .join(Stream.concat(jars.stream(), more.stream()).collect(Collectors.toList()), folder.resolveSibling(NAME));
        Files.write(folder.resolveSibling(OPENS), opens(manifest));
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, folder.resolveSibling(NAME).toUri().toString());
        rewrite(launcher, manifest);
        for (Path jar : jars) {
            Files.delete(jar);
        }
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .collect(Collectors.toList());
    }

    private static List<String> opens(Manifest manifest) {
        return Stream.of("Add-Opens", "Add-Exports")
                .flatMap(name -> Stream.of(manifest.getMainAttributes().getValue(name).split(" +"))
                        .map(opened -> "--" + name.toLowerCase(Locale.ROOT) + "=" + opened + "=ALL-UNNAMED"))
                .collect(Collectors.toList());
    }

    private void join(List<Path> jars, Path into) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MULTI_RELEASE, "true");
        try (JarOutputStream out = new JarOutputStream(create(into), manifest)) {
            for (Path path : jars) {
                try (JarFile jar = new JarFile(path.toFile())) {
                    add(jar, out);
                }
            }
            for (Map.Entry<String, ByteArrayOutputStream> list : joined.entrySet()) {
                out.putNextEntry(new JarEntry(list.getKey()));
                out.write(
                        LEFT_OUT.matcher(list.getKey()).matches()
                                ? used(list.getValue())
                                : list.getValue().toByteArray());
                out.closeEntry();
            }
        }
        List<String> stale =
                unused.stream().filter(name -> !met.contains(name)).collect(Collectors.toList());
        if (!stale.isEmpty()) {
            throw new IOException("the server has no services of " + stale);
        }
    }

    private byte[] used(ByteArrayOutputStream list) {
        return list.toString(StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.replaceFirst("#.*", "").strip())
                .filter(name -> !name.isEmpty() && !leftOut(name))
                .map(name -> name + "\n")
                .collect(Collectors.joining())
                .getBytes(StandardCharsets.UTF_8);
    }

    private boolean leftOut(String service) {
        List<String> reasons =
                unused.stream().filter(service::startsWith).collect(Collectors.toList());
        met.addAll(reasons);
        return !reasons.isEmpty();
    }

    private void add(JarFile jar, JarOutputStream out) throws IOException {
        Manifest manifest = jar.getManifest();
        boolean versions = manifest != null
                && "true".equalsIgnoreCase(manifest.getMainAttributes().getValue(Attributes.Name.MULTI_RELEASE));
        jar.stream()
                .filter(entry -> !OF_ONE_JAR.matcher(entry.getName()).matches())
                .filter(entry -> versions || !entry.getName().startsWith(VERSIONS))
                .forEach(entry -> {
                    try {
                        add(jar, entry, out);
                    } catch (IOException e) {
                        throw new UncheckedIOException(jar.getName() + "!/" + entry.getName(), e);
                    }
                });
    }

    private void add(JarFile jar, JarEntry entry, JarOutputStream out) throws IOException {
        String name = entry.getName();
        try (InputStream in = jar.getInputStream(entry)) {
            if (JOINED.matcher(name).matches()) {
                ByteArrayOutputStream list = joined.computeIfAbsent(name, any -> new ByteArrayOutputStream());
                in.transferTo(list);
                list.write("\n".getBytes(StandardCharsets.UTF_8)); // some lists do not end their last line
            } else if (taken.add(name)) {
                out.putNextEntry(new JarEntry(name));
                in.transferTo(out);
                out.closeEntry();
            }
        }
    }

    private static void rewrite(Path path, Manifest manifest) throws IOException {
        Path rewritten = Files.createTempFile(path.getParent(), "launch", ".jar");
        try (JarFile jar = new JarFile(path.toFile());
                JarOutputStream out = new JarOutputStream(create(rewritten), manifest)) {
            for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
                if (!entry.getName().equals(JarFile.MANIFEST_NAME)) {
                    out.putNextEntry(new JarEntry(entry.getName()));
                    jar.getInputStream(entry).transferTo(out);
                    out.closeEntry();
                }
            }
        }
        Files.delete(path);
        Files.move(rewritten, path);
        path.toFile().setReadable(true, false);
    }

    private static OutputStream create(Path path) throws IOException {
        return new BufferedOutputStream(Files.newOutputStream(path));
    }
}
