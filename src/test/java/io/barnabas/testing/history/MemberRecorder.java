package io.barnabas.testing.history;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a member of a group was given and saw. Nobody seeks and nobody resets the group's offsets. Thread-safe: one lock,
 * so that what is held changes together with what is recorded about it.
 */
public final class MemberRecorder extends ReaderRecorder {
    private final String group;
    private final Set<Integer> held = new TreeSet<>();

    MemberRecorder(History history, String group, String name) {
        super(history, name);
        this.group = requireNonNull(group, "group");
    }

    /**
     * All partitions that the member has from now on. One that is new begins at the group's committed offset.
     *
     * @param offsets the next offset of each; empty while it is not known
     */
    public synchronized void assigned(long generation, Map<Integer, OptionalLong> offsets) {
        revoked(Set.copyOf(held).stream()
                .filter(partition -> !offsets.containsKey(partition))
                .toList());
        offsets.forEach((partition, offset) -> {
            history().add(new Event.Owned("group " + group, name(), partition, generation));
            if (held.add(partition)) {
                offset.ifPresent(from -> history().add(new Event.Resumed(group, partition, from)));
                began(partition, offset.orElse(Event.ANYWHERE));
            }
        });
    }

    /** Partitions that the member has not any more. */
    public synchronized void revoked(Iterable<Integer> partitions) {
        for (int partition : partitions) {
            held.remove(partition);
            history().add(new Event.Left(name(), partition));
        }
    }

    /** The server took the commit of the next offset to read. */
    public void committed(int partition, long offset) {
        history().add(new Event.Committed(group, partition, offset));
    }
}
