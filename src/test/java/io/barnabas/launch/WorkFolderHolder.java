package io.barnabas.launch;

import java.io.IOException;
import java.lang.ref.Cleaner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A process that has a work folder, forgets the object, writes into it and lives until its input ends. */
final class WorkFolderHolder {
    private WorkFolderHolder() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path folder = take(Path.of(arguments[0]));
        Path written = Files.createDirectories(folder.resolve("server/lib"));
        Files.writeString(written.resolve("server.jar"), "unpacked");
        collectGarbage();
        System.out.println("holds " + folder);
        int end = System.in.read();
        if (end >= 0) { // told to clean up, as the server does
            Files.delete(written.resolve("server.jar"));
            Files.delete(written);
            Files.delete(written.getParent());
        }
    }

    private static Path take(Path temporary) throws IOException {
        return WorkFolder.take(temporary).path();
    }

    /** Until what nobody could reach before has been cleaned up, files included. */
    private static void collectGarbage() throws InterruptedException {
        Cleaner cleaner = Cleaner.create();
        for (int round = 0; round < 2; round++) {
            CountDownLatch collected = new CountDownLatch(1);
            cleaner.register(new Object(), collected::countDown);
            do {
                System.gc();
            } while (!collected.await(20, TimeUnit.MILLISECONDS));
        }
    }
}
