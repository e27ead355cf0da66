package io.barnabas.launch;

import java.io.IOException;
import java.nio.file.Path;

/**
 * What {@code java -jar barnabas.jar} starts: gives the process a {@link WorkFolder} for its temporary files, then starts
 * the server that is in the same jar, by reflection, because that is on no class path of the build.
 */
public final class Main {
    private static final String TEMPORARY = "java.io.tmpdir";
    private static final String SERVER = "fish.payara.micro.PayaraMicro";

    private Main() {}

    /** Starts the server with these options of its own. */
    public static void main(String[] arguments) throws IOException, ReflectiveOperationException {
        WorkFolder folder = WorkFolder.take(Path.of(System.getProperty(TEMPORARY)));
        // Before anything asks for it: the JDK reads it once.
        System.setProperty(TEMPORARY, folder.path().toString());
        Class.forName(SERVER).getMethod("main", String[].class).invoke(null, (Object) arguments);
    }
}
