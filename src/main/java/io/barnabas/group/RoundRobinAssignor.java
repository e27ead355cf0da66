package io.barnabas.group;

import io.barnabas.record.TopicPartition;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;

/** Deals out all partitions of all topics in order, one by one, to the members in the order of their ids. */
record RoundRobinAssignor() implements Assignor {
    @Override
    public String name() {
        return "roundrobin";
    }

    @Override
    public SortedMap<String, SortedSet<TopicPartition>> assign(Input input) {
        SortedMap<String, SortedSet<TopicPartition>> assignment = input.nothingAssigned();
        List<String> members = List.copyOf(input.topicsByMember().keySet());
        int turn = 0;
        for (String topic : input.topics()) {
            for (int partition = 0; partition < input.partitionCount(topic); partition++) {
                // Ends: the topic is there because somebody subscribes to it.
                while (!input.topicsByMember().get(members.get(turn)).contains(topic)) {
                    turn = (turn + 1) % members.size();
                }
                assignment.get(members.get(turn)).add(new TopicPartition(topic, partition));
                turn = (turn + 1) % members.size();
            }
        }
        return assignment;
    }
}
