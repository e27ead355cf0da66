package io.barnabas.rest;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.barnabas.broker.Groups.DescribedGroup;
import io.barnabas.broker.Groups.Position;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.GroupSummary;
import io.barnabas.group.GroupCoordinator.MemberDescription;
import io.barnabas.record.TopicPartition;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;

/** Everything about a group. */
record GroupView(
        @JsonProperty("group") String group,
        @JsonProperty("state") String state,
        @JsonProperty("generation") int generation,
        @JsonProperty("assignor") String assignor,
        @JsonProperty("members") List<MemberView> members,
        @JsonProperty("offsets") List<PositionView> offsets) {

    static GroupView of(DescribedGroup described) {
        return new GroupView(
                described.group().group(),
                described.group().state(),
                described.group().generation(),
                described.group().assignor(),
                described.group().members().stream().map(MemberView::of).toList(),
                described.positions().stream()
                        .map(position -> PositionView.of(
                                position, described.group().offsets().get(position.partition())))
                        .toList());
    }

    /** A line of the list. */
    record SummaryView(
            @JsonProperty("group") String group,
            @JsonProperty("state") String state,
            @JsonProperty("member_count") int memberCount,
            @JsonProperty("topics") List<String> topics) {

        static SummaryView of(GroupSummary summary) {
            return new SummaryView(
                    summary.group(),
                    summary.state(),
                    summary.memberCount(),
                    summary.topics().stream().sorted().toList());
        }
    }

    /** A member with what it reads. */
    record MemberView(
            @JsonProperty("member_id") String memberId,
            @JsonProperty("client_id") String clientId,
            @JsonProperty("topics") List<String> topics,
            @JsonProperty("partitions") List<PartitionView> partitions) {

        static MemberView of(MemberDescription member) {
            return new MemberView(
                    member.memberId(),
                    member.clientId(),
                    member.topics().stream().sorted().toList(),
                    PartitionView.of(member.partitions()));
        }
    }

    /** Names a partition. */
    record PartitionView(
            @JsonProperty("topic") String topic,
            @JsonProperty("partition") int partition) {

        static List<PartitionView> of(Collection<TopicPartition> partitions) {
            return partitions.stream()
                    .sorted()
                    .map(partition -> new PartitionView(partition.topic(), partition.partition()))
                    .toList();
        }
    }

    /** How far the group is in a partition; what is not known is left out. */
    record PositionView(
            @JsonProperty("topic") String topic,
            @JsonProperty("partition") int partition,
            @JsonProperty("member_id") String memberId,
            @JsonProperty("committed_offset") Long committedOffset,
            @JsonProperty("metadata") String metadata,
            @JsonProperty("end_offset") Long endOffset,
            @JsonProperty("lag") Long lag) {

        static PositionView of(Position position, CommittedOffset committed) {
            return new PositionView(
                    position.partition().topic(),
                    position.partition().partition(),
                    position.memberId().orElse(null),
                    orNull(position.committed()),
                    committed == null ? null : committed.metadata(),
                    orNull(position.end()),
                    orNull(position.lag()));
        }
    }

    static Long orNull(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }
}
