package io.barnabas.group;

import io.barnabas.record.TopicPartition;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * Topic by topic, each member in the order of ids gets a run of neighbouring partitions; the first ones get one more
 * when it does not come out even. Same-numbered partitions of topics with equal counts stay together.
 */
record RangeAssignor() implements Assignor {
    @Override
    public String name() {
        return "range";
    }

    @Override
    public SortedMap<String, SortedSet<TopicPartition>> assign(Input input) {
        SortedMap<String, SortedSet<TopicPartition>> assignment = input.nothingAssigned();
        for (String topic : input.topics()) {
            List<String> members = input.membersOf(topic);
            int each = input.partitionCount(topic) / members.size();
            int oneMore = input.partitionCount(topic) % members.size();
            int next = 0;
            for (int i = 0; i < members.size(); i++) {
                int end = next + each + (i < oneMore ? 1 : 0);
                for (; next < end; next++) {
                    assignment.get(members.get(i)).add(new TopicPartition(topic, next));
                }
            }
        }
        return assignment;
    }
}
