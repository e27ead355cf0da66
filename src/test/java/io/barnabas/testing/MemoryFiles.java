package io.barnabas.testing;

import io.barnabas.log.LogFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Files in memory that know what a crash may leave: everything that was forced, plus any part of what was written since,
 * torn at sectors; and of names any first part of the changes that were not forced, folder by folder. Can be told to
 * fail. Thread-safe by one lock, so that an image is of one moment.
 */
public final class MemoryFiles implements LogFiles {
    private static final int SECTOR_BYTES = 512;

    private final TreeMap<Path, Inode> names = new TreeMap<>();
    private final TreeMap<Path, Inode> forcedNames = new TreeMap<>();
    private final List<NameChange> nameChanges = new ArrayList<>();
    private final TreeSet<Path> folders = new TreeSet<>();
    private final Map<String, Integer> forces = new HashMap<>();
    private Predicate<Path> forceFails = path -> false;
    private long roomBytes = Long.MAX_VALUE;
    private int open;
    private int mostOpen;

    private record NameChange(Path folder, Path removed, Path added, Inode inode) {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Change(int position, byte[] bytes, int truncatedTo) {}

    private static final class Inode {
        private byte[] bytes = new byte[0];
        private byte[] forced = new byte[0];
        private final List<Change> since = new ArrayList<>();

        Inode copy() {
            Inode copy = new Inode();
            copy.bytes = bytes.clone();
            copy.forced = forced.clone();
            copy.since.addAll(since);
            return copy;
        }

        void apply(int position, byte[] written) {
            if (bytes.length < position + written.length) {
                bytes = Arrays.copyOf(bytes, position + written.length);
            }
            System.arraycopy(written, 0, bytes, position, written.length);
        }
    }

    /** What a crash right now may leave; {@code random} null: a killed process, see {@link #killed}. */
    public synchronized MemoryFiles crashed(Random random) {
        if (random == null) {
            return killed();
        }
        MemoryFiles image = new MemoryFiles();
        image.folders.addAll(folders);
        TreeMap<Path, Inode> left = new TreeMap<>(forcedNames);
        Map<Path, Boolean> lost = new HashMap<>();
        for (NameChange change : nameChanges) {
            if (lost.computeIfAbsent(change.folder, folder -> random.nextInt(4) == 0)) {
                continue;
            }
            lost.put(change.folder, random.nextInt(4) == 0);
            applyName(left, change);
        }
        left.forEach((path, inode) -> {
            Inode copy = new Inode();
            copy.bytes = torn(inode, random);
            copy.forced = copy.bytes.clone();
            image.names.put(path, copy);
            image.forcedNames.put(path, copy);
        });
        return image;
    }

    /** The page cache survives a process, and is still not on the disk: a crash of the machine may come next. */
    private MemoryFiles killed() {
        MemoryFiles image = new MemoryFiles();
        image.folders.addAll(folders);
        IdentityHashMap<Inode, Inode> copies = new IdentityHashMap<>();
        names.forEach((path, inode) -> image.names.put(path, copies.computeIfAbsent(inode, Inode::copy)));
        forcedNames.forEach((path, inode) -> image.forcedNames.put(path, copies.computeIfAbsent(inode, Inode::copy)));
        for (NameChange change : nameChanges) {
            Inode inode = change.inode == null ? null : copies.computeIfAbsent(change.inode, Inode::copy);
            image.nameChanges.add(new NameChange(change.folder, change.removed, change.added, inode));
        }
        return image;
    }

    private static byte[] torn(Inode inode, Random random) {
        Inode result = new Inode();
        result.bytes = inode.forced.clone();
        int keepPercent = random.nextInt(101);
        for (Change change : inode.since) {
            boolean kept = random.nextInt(100) < keepPercent;
            if (change.bytes == null) {
                if (kept) {
                    result.bytes = Arrays.copyOf(result.bytes, change.truncatedTo);
                }
            } else if (kept) {
                result.apply(change.position, change.bytes);
            } else if (random.nextBoolean()) {
                tear(result, change, random);
            }
        }
        return result.bytes;
    }

    private static void tear(Inode result, Change change, Random random) {
        for (int at = 0; at < change.bytes.length; ) {
            int sectorEnd = (change.position + at) / SECTOR_BYTES * SECTOR_BYTES + SECTOR_BYTES - change.position;
            int end = Math.min(change.bytes.length, sectorEnd);
            if (random.nextBoolean()) {
                result.apply(change.position + at, Arrays.copyOfRange(change.bytes, at, end));
            }
            at = end;
        }
    }

    /** How often files with this ending were forced. */
    public synchronized int forces(String ending) {
        return forces.entrySet().stream()
                .filter(entry -> entry.getKey().endsWith(ending))
                .mapToInt(Map.Entry::getValue)
                .sum();
    }

    public synchronized void failForces(Predicate<Path> which) {
        forceFails = which;
    }

    /** Bytes that files may still grow by. */
    public synchronized void room(long bytes) {
        roomBytes = bytes;
    }

    /** The most files that were open at once. */
    public synchronized int mostOpen() {
        return mostOpen;
    }

    public synchronized byte[] bytes(Path path) {
        return names.get(path).bytes.clone();
    }

    /** Changes a file behind the engine's back, durably. */
    public synchronized void put(Path path, byte[] bytes) {
        Inode inode = new Inode();
        inode.bytes = bytes.clone();
        inode.forced = bytes.clone();
        nameChanges.removeIf(change -> path.equals(change.added));
        names.put(path, inode);
        forcedNames.put(path, inode);
    }

    public synchronized List<Path> all() {
        return List.copyOf(names.keySet());
    }

    @Override
    public synchronized LogFile open(Path path, boolean create) throws IOException {
        Inode inode = names.get(path);
        if (inode == null) {
            if (!create) {
                throw new NoSuchFileException(path.toString());
            }
            inode = new Inode();
            names.put(path, inode);
            nameChanges.add(new NameChange(path.getParent(), null, path, inode));
        }
        open++;
        mostOpen = Math.max(mostOpen, open);
        return new MemoryFile(path, inode);
    }

    @Override
    public synchronized boolean exists(Path path) {
        return names.containsKey(path) || folders.contains(path);
    }

    @Override
    public synchronized List<Path> list(Path folder) {
        TreeSet<Path> found = new TreeSet<>();
        Path first = folder.resolve("!"); // what lies in a folder lies side by side in the order of names
        for (Path path : names.tailMap(first).keySet()) {
            if (!path.startsWith(folder)) {
                break;
            }
            if (folder.equals(path.getParent())) {
                found.add(path);
            }
        }
        for (Path path : folders.tailSet(first)) {
            if (!path.startsWith(folder)) {
                break;
            }
            if (folder.equals(path.getParent())) {
                found.add(path);
            }
        }
        return List.copyOf(found);
    }

    @Override
    public synchronized void createFolders(Path folder) {
        for (Path path = folder; path != null; path = path.getParent()) {
            folders.add(path);
        }
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        if (folders.remove(from)) {
            folders.add(to);
            for (Path path : List.copyOf(names.keySet())) {
                if (path.startsWith(from)) {
                    renameFile(path, to.resolve(from.relativize(path)));
                }
            }
            return;
        }
        if (!names.containsKey(from)) {
            throw new NoSuchFileException(from.toString());
        }
        renameFile(from, to);
    }

    private void renameFile(Path from, Path to) {
        NameChange change = new NameChange(from.getParent(), from, to, names.get(from));
        applyName(names, change);
        nameChanges.add(change);
    }

    private static void applyName(Map<Path, Inode> into, NameChange change) {
        if (change.removed != null) {
            into.remove(change.removed);
        }
        if (change.added != null) {
            into.put(change.added, change.inode);
        }
    }

    @Override
    public synchronized void delete(Path path) {
        folders.remove(path);
        if (names.containsKey(path)) {
            roomBytes += roomBytes == Long.MAX_VALUE ? 0 : names.get(path).bytes.length;
            NameChange change = new NameChange(path.getParent(), path, null, null);
            applyName(names, change);
            nameChanges.add(change);
        }
    }

    @Override
    public synchronized void forceFolder(Path folder) throws IOException {
        if (forceFails.test(folder)) {
            throw new IOException("Input/output error");
        }
        nameChanges.removeIf(change -> {
            boolean here = change.folder.equals(folder);
            if (here) {
                applyName(forcedNames, change);
            }
            return here;
        });
    }

    @Override
    public synchronized long lastModifiedMs(Path path) {
        return 0;
    }

    @Override
    public synchronized long usableBytes(Path path) {
        return roomBytes;
    }

    private final class MemoryFile implements LogFile {
        private final Path path;
        private final Inode inode;
        private boolean closed;

        MemoryFile(Path path, Inode inode) {
            this.path = path;
            this.inode = inode;
        }

        @Override
        public int read(ByteBuffer into, long position) {
            synchronized (MemoryFiles.this) {
                int count = (int) Math.max(0, Math.min(into.remaining(), inode.bytes.length - position));
                if (count > 0) {
                    into.put(inode.bytes, (int) position, count);
                }
                return count;
            }
        }

        @Override
        public void write(ByteBuffer[] from, long position) throws IOException {
            synchronized (MemoryFiles.this) {
                int at = (int) position;
                for (ByteBuffer buffer : from) {
                    int growth = Math.max(0, at + buffer.remaining() - inode.bytes.length);
                    int fits =
                            growth <= roomBytes ? buffer.remaining() : (int) (buffer.remaining() - growth + roomBytes);
                    byte[] bytes = new byte[fits];
                    buffer.get(bytes);
                    roomBytes -= roomBytes == Long.MAX_VALUE ? 0 : Math.min(growth, roomBytes);
                    inode.apply(at, bytes);
                    inode.since.add(new Change(at, bytes, -1));
                    at += fits;
                    if (buffer.hasRemaining()) {
                        throw new IOException("No space left on device");
                    }
                }
            }
        }

        @Override
        public long size() {
            synchronized (MemoryFiles.this) {
                return inode.bytes.length;
            }
        }

        @Override
        public void truncate(long size) {
            synchronized (MemoryFiles.this) {
                if (size < inode.bytes.length) {
                    inode.bytes = Arrays.copyOf(inode.bytes, (int) size);
                    inode.since.add(new Change(0, null, (int) size));
                }
            }
        }

        @Override
        public void force() throws IOException {
            synchronized (MemoryFiles.this) {
                forces.merge(path.toString(), 1, Integer::sum);
                if (forceFails.test(path)) {
                    throw new IOException("Input/output error");
                }
                inode.forced = inode.bytes.clone();
                inode.since.clear();
            }
        }

        @Override
        public void close() {
            synchronized (MemoryFiles.this) {
                open -= closed ? 0 : 1;
                closed = true;
            }
        }
    }
}
