package io.barnabas.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The real file system, through {@link FileChannel}. Thread-safe. */
public final class DiskFiles implements LogFiles {
    /**
     * Bytes of one call. The platform copies an array through memory of its own, which it keeps for each thread and which
     * stays in the processor's cache while it is no larger than this.
     */
    private static final int STEP_BYTES = 128 << 10;

    @Override
    public LogFile open(Path path, boolean create) throws IOException {
        Set<StandardOpenOption> options = create
                ? Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE)
                : Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
        return new ChannelFile(FileChannel.open(path, options));
    }

    @Override
    public boolean exists(Path path) {
        return Files.exists(path);
    }

    @Override
    public List<Path> list(Path folder) throws IOException {
        try (Stream<Path> found = Files.list(folder)) {
            return found.sorted().toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    @Override
    public void createFolders(Path folder) throws IOException {
        Files.createDirectories(folder);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void delete(Path path) throws IOException {
        Files.deleteIfExists(path);
    }

    @Override
    public void forceFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public long lastModifiedMs(Path path) throws IOException {
        return Files.getLastModifiedTime(path).toMillis();
    }

    @Override
    public long usableBytes(Path path) throws IOException {
        return Files.getFileStore(path).getUsableSpace();
    }

    private record ChannelFile(FileChannel channel) implements LogFile {
        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            int limit = into.limit();
            int total = 0;
            int read = 0;
            while (read >= 0 && into.position() < limit) {
                into.limit(Math.min(limit, into.position() + STEP_BYTES));
                read = channel.read(into, position + total);
                total += Math.max(0, read);
            }
            into.limit(limit);
            return total;
        }

        @Override
        public void write(ByteBuffer[] from, long position) throws IOException {
            if (from.length == 1) {
                write(from[0], position);
                return;
            }
            long left = 0;
            for (ByteBuffer buffer : from) {
                left += buffer.remaining();
            }
            // There is no positional gathering write; the position belongs to the file's one writer.
            channel.position(position);
            while (left > 0) {
                left -= channel.write(from);
            }
        }

        private void write(ByteBuffer from, long position) throws IOException {
            int limit = from.limit();
            long at = position;
            while (from.position() < limit) {
                from.limit(Math.min(limit, from.position() + STEP_BYTES));
                at += channel.write(from, at);
            }
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            channel.truncate(size);
        }

        @Override
        public void force() throws IOException {
            channel.force(false);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
