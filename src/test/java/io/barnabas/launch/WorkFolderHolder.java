package io.barnabas.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A process that has a work folder, writes into it and lives until its input ends. */
final class WorkFolderHolder {
    private WorkFolderHolder() {}

    public static void main(String[] arguments) throws IOException {
        WorkFolder folder = WorkFolder.take(Path.of(arguments[0]));
        Path written = Files.createDirectories(folder.path().resolve("server/lib"));
        Files.writeString(written.resolve("server.jar"), "unpacked");
        System.out.println("holds " + folder.path());
        int end = System.in.read();
        if (end >= 0) { // told to clean up, as the server does
            Files.delete(written.resolve("server.jar"));
            Files.delete(written);
            Files.delete(written.getParent());
        }
    }
}
