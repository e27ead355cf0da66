package io.barnabas.testing;

import io.barnabas.group.GroupCoordinator.Assignment;
import io.barnabas.group.GroupCoordinator.MemberListener;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** A listener that writes down what it hears. */
public final class RecordedMember implements MemberListener {
    private final List<String> heard = new ArrayList<>();
    private Assignment assignment = new Assignment(0, Set.of(), Optional.empty());

    @Override
    public synchronized void assigned(Assignment assigned) {
        assignment = assigned;
        heard.add("assigned " + assigned.generation() + " " + numbers(assigned.partitions()));
    }

    @Override
    public synchronized void revoked(int generation, Set<TopicPartition> partitions) {
        heard.add("revoked " + generation + " " + numbers(partitions));
    }

    @Override
    public synchronized void removed(ErrorCode code, String reason) {
        heard.add("removed " + code);
    }

    /** What was heard since it was last asked. */
    public synchronized List<String> heard() {
        List<String> all = List.copyOf(heard);
        heard.clear();
        return all;
    }

    public synchronized Assignment assignment() {
        return assignment;
    }

    private static List<Integer> numbers(Set<TopicPartition> partitions) {
        return new TreeSet<>(partitions).stream().map(TopicPartition::partition).toList();
    }
}
