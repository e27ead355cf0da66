package io.barnabas.cluster;

import io.barnabas.cluster.Documents.ControllerDocument;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Documents with versions, ephemerals and sessions, as ZooKeeper has them, in one thread. Values are objects in place of
 * bytes. Checks what no write may do whoever makes it.
 */
final class SimulatedZooKeeper {
    static final ZkPaths PATHS = new ZkPaths("");

    private final SortedMap<String, Document> documents = new TreeMap<>();
    private final Map<Long, Long> heardMs = new HashMap<>();
    private final long sessionMs;
    private final Consumer<String> changed;
    private long sessions;
    private long changes;

    SimulatedZooKeeper(long sessionMs, Consumer<String> changed) {
        this.sessionMs = sessionMs;
        this.changed = changed;
        documents.put(PATHS.controllerEpoch(), new Document(new ControllerDocument(0, -1), 0, 0, 0));
    }

    /** A document; {@code session} is 0 unless it is ephemeral, {@code changeId} grows with every write of any. */
    record Document(Object value, int version, long session, long changeId) {}

    /** One write or check of a transaction. */
    record Write(Kind kind, String path, Object value, int version, long session) {
        enum Kind {
            CHECK,
            CREATE,
            SET,
            DELETE
        }

        static Write check(String path, int version) {
            return new Write(Kind.CHECK, path, null, version, 0);
        }

        static Write create(String path, Object value) {
            return new Write(Kind.CREATE, path, value, -1, 0);
        }

        static Write ephemeral(String path, Object value, long session) {
            return new Write(Kind.CREATE, path, value, -1, session);
        }

        static Write set(String path, Object value, int version) {
            return new Write(Kind.SET, path, value, version, 0);
        }

        static Write delete(String path, int version) {
            return new Write(Kind.DELETE, path, null, version, 0);
        }
    }

    Optional<Document> read(String path) {
        return Optional.ofNullable(documents.get(path));
    }

    List<String> paths() {
        return new ArrayList<>(documents.keySet());
    }

    /** All or nothing; whether it was done. A session that is over does nothing. */
    boolean write(long session, List<Write> writes) {
        if (!heardMs.containsKey(session) || !writes.stream().allMatch(this::possible)) {
            return false;
        }
        writes.forEach(this::apply);
        writes.stream()
                .filter(write -> write.kind() != Write.Kind.CHECK)
                .forEach(write -> changed.accept(write.path()));
        return true;
    }

    long open(long nowMs) {
        heardMs.put(++sessions, nowMs);
        return sessions;
    }

    /** Whether the session still lives. */
    boolean heard(long session, long nowMs) {
        return heardMs.computeIfPresent(session, (id, before) -> nowMs) != null;
    }

    void close(long session) {
        if (heardMs.remove(session) == null) {
            return;
        }
        for (String path : paths()) {
            if (documents.get(path).session() == session) {
                documents.remove(path);
                changed.accept(path);
            }
        }
    }

    void timePasses(long nowMs) {
        List<Long> silent = heardMs.entrySet().stream()
                .filter(session -> nowMs - session.getValue() > sessionMs)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        silent.forEach(this::close);
    }

    private boolean possible(Write write) {
        Document before = documents.get(write.path());
        return switch (write.kind()) {
            case CREATE -> before == null;
            case CHECK, SET, DELETE -> before != null && (write.version() < 0 || before.version() == write.version());
        };
    }

    private void apply(Write write) {
        Document before = documents.get(write.path());
        switch (write.kind()) {
            case CHECK -> {}
            case CREATE -> documents.put(write.path(), new Document(write.value(), 0, write.session(), ++changes));
            case SET ->
                documents.put(
                        write.path(), new Document(write.value(), before.version() + 1, before.session(), ++changes));
            case DELETE -> documents.remove(write.path());
        }
        if (write.value() instanceof PartDocument part && before != null) {
            requireRising(write.path(), (PartDocument) before.value(), part);
        }
    }

    private static void requireRising(String path, PartDocument before, PartDocument after) {
        boolean released = after.released() && after.epoch() == before.epoch() && after.owner() == before.owner();
        if (after.epoch() != before.epoch() + 1 && !released) {
            throw new BrokenPromise("the epoch of " + path + " went from " + before.epoch() + " to " + after.epoch());
        }
    }
}
