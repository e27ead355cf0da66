package io.barnabas.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How much of another process's heap is in use by what lives. */
public final class LiveHeap {
    /** The last line of a class histogram, whose making collects first. */
    private static final Pattern TOTAL = Pattern.compile("^Total\\s+\\d+\\s+(\\d+)", Pattern.MULTILINE);

    private LiveHeap() {}

    /** Bytes of all objects that can be reached. */
    public static long bytes(long pid) throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(pid),
                        "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String histogram = new String(jcmd.getInputStream().readAllBytes(), UTF_8);
        int exitCode = jcmd.waitFor();
        Matcher total = TOTAL.matcher(histogram);
        if (exitCode != 0 || !total.find()) {
            throw new IOException("jcmd ended with " + exitCode + ": " + histogram);
        }
        return Long.parseLong(total.group(1));
    }
}
