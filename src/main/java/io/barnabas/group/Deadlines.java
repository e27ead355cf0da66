package io.barnabas.group;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * What is due when, one time a key, in milliseconds of the monotonic clock. Holds no alarm itself: its user asks for
 * {@link #next()} and wakes up then. Confined.
 */
final class Deadlines<K> {
    private final Map<K, Long> dueByKey = new HashMap<>();
    private final TreeMap<Long, Set<K>> keysByDue = new TreeMap<>();

    /** Sets or moves the key's time. */
    void set(K key, long dueMs) {
        clear(key);
        dueByKey.put(key, dueMs);
        keysByDue.computeIfAbsent(dueMs, due -> new LinkedHashSet<>()).add(key);
    }

    void clear(K key) {
        Long due = dueByKey.remove(key);
        if (due != null) {
            Set<K> keys = keysByDue.get(due);
            keys.remove(key);
            if (keys.isEmpty()) {
                keysByDue.remove(due);
            }
        }
    }

    /** The earliest time that anything is due. */
    OptionalLong next() {
        return keysByDue.isEmpty() ? OptionalLong.empty() : OptionalLong.of(keysByDue.firstKey());
    }

    /** Takes out what is due at {@code nowMs} or was before, earliest first. */
    List<K> due(long nowMs) {
        List<K> due = new ArrayList<>();
        while (!keysByDue.isEmpty() && keysByDue.firstKey() <= nowMs) {
            Set<K> keys = keysByDue.pollFirstEntry().getValue();
            keys.forEach(dueByKey::remove);
            due.addAll(keys);
        }
        return due;
    }
}
