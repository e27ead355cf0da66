package io.barnabas.launch;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The folder for the temporary files of one process: the unpacked server and application, native libraries. A process
 * that is killed cannot remove them, 200 MB a time, so each start removes what dead processes left:
 *
 * <pre>
 *   TEMPORARY/barnabas-work-UUID/        of one process
 *                 lock                   locked as long as that process lives, by the operating system
 *                 ...                    whatever the server and the libraries write
 *             barnabas-new-UUID/         of a process that does not hold its lock yet
 * </pre>
 *
 * <p>Guaranteed: removed is only a folder of that name and of the same user whose lock nobody holds; links are not
 * followed. A folder gets its name after its lock, so there is no moment at which it looks left behind. A process that
 * is killed within that moment leaves an empty folder.
 */
final class WorkFolder {
    private static final String PREFIX = "barnabas-work-";
    private static final String NEW_PREFIX = "barnabas-new-";
    private static final String LOCK = "lock";

    /**
     * Channels of this process's locks, never closed: the operating system gives a lock back when the process ends, however
     * it ends. Of the class and not of an object, since a channel that nobody can reach is closed by the collector, and the
     * next start would remove the folder of a process that lives.
     */
    private static final Queue<FileChannel> HELD = new ConcurrentLinkedQueue<>();

    private final Path path;

    private WorkFolder(Path path) {
        this.path = path;
    }

    Path path() {
        return path;
    }

    /** Makes one for this process, which removes it when it ends in good order; removes those of the dead. */
    static WorkFolder take(Path temporary) throws IOException {
        WorkFolder taken = create(temporary.toAbsolutePath());
        clear(temporary.toAbsolutePath(), taken.path);
        return taken;
    }

    /** Not by the JDK's own way to make temporary folders, which would read where they are before it is changed. */
    private static WorkFolder create(Path temporary) throws IOException {
        UUID unique = UUID.randomUUID();
        Path made = Files.createDirectory(temporary.resolve(NEW_PREFIX + unique), ownersOnly(temporary));
        FileChannel lock =
                FileChannel.open(made.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        HELD.add(lock);
        lock.lock();
        Path path = Files.move(made, temporary.resolve(PREFIX + unique), StandardCopyOption.ATOMIC_MOVE);
        path.toFile().deleteOnExit(); // the last registered goes first, and the server registers its files later
        path.resolve(LOCK).toFile().deleteOnExit();
        return new WorkFolder(path);
    }

    private static FileAttribute<?>[] ownersOnly(Path temporary) {
        return temporary.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
    }

    private static void clear(Path temporary, Path own) throws IOException {
        UserPrincipal user = Files.getOwner(own);
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(temporary, PREFIX + "*")) {
            for (Path folder : folders) {
                // Not ours: closing a second channel of its lock would give the lock back.
                if (!folder.equals(own)) {
                    removeIfDead(folder, user);
                }
            }
        }
    }

    /** What another process removes at the same moment, or may not be touched, is left to others. */
    private static void removeIfDead(Path folder, UserPrincipal user) {
        try {
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                    || !Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(user)) {
                return;
            }
            try (FileChannel channel = FileChannel.open(
                            folder.resolve(LOCK), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                    FileLock free = channel.tryLock()) {
                if (free != null) {
                    remove(folder);
                }
            }
        } catch (NoSuchFileException | OverlappingFileLockException e) {
            // It is being removed, or it is of this very process.
        } catch (IOException e) {
            System.getLogger(WorkFolder.class.getName())
                    .log(System.Logger.Level.WARNING, "a dead process's folder is left folder=" + folder, e);
        }
    }

    /** The lock last: what a kill leaves of this is found again by the next start. */
    private static void remove(Path folder) throws IOException {
        Path lock = folder.resolve(LOCK);
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (!file.equals(lock)) {
                    Files.delete(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                if (visited.equals(folder)) {
                    Files.delete(lock);
                }
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
