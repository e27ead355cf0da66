package io.barnabas.group;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.ConsumerInstance;
import io.barnabas.group.GroupCoordinator.JoinRequest;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicName;
import io.barnabas.record.TopicPartition;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** What requests must look like, and the limits. Every method that refuses throws a {@link BarnabasException}. */
record Rules(GroupSettings settings, TopicPartitions topics, NodeUsage usage) {
    private static final int MAX_CLIENT_ID_LENGTH = 256;

    /** A client id, a hyphen and a UUID. */
    private static final int MAX_MEMBER_ID_LENGTH = MAX_CLIENT_ID_LENGTH + 37;

    static String requireGroupName(String group) {
        return TopicName.requireLabel("group name", group);
    }

    void check(JoinRequest request) {
        requireId("client id", request.clientId(), MAX_CLIENT_ID_LENGTH);
        request.memberId().ifPresent(memberId -> requireId("member id", memberId, MAX_MEMBER_ID_LENGTH));
        if (request.topics().isEmpty()) {
            throw invalid("a subscription names at least one topic");
        }
        if (request.topics().size() > settings.maxTopicsPerSubscription()) {
            throw tooMany(request.topics().size() + " topics in one subscription", settings.maxTopicsPerSubscription());
        }
        requireBetween(
                "session time-out",
                request.sessionTimeoutMs(),
                settings.minSessionTimeoutMs(),
                settings.maxSessionTimeoutMs());
        requireBetween("rebalance time-out", request.rebalanceTimeoutMs(), 1, settings.maxRebalanceTimeoutMs());
        request.assignor().ifPresent(Assignor::named);
        new TreeSet<>(request.topics()).forEach(this::requireTopic);
    }

    /** The topic that the group is bound to after reading these; absent where groups are not bound. */
    Optional<String> binding(String group, Optional<String> boundTopic, Collection<String> wanted) {
        if (!settings.singleTopic()) {
            return Optional.empty();
        }
        SortedSet<String> all = new TreeSet<>(wanted);
        boundTopic.ifPresent(topic -> all.add(topic));
        if (all.size() > 1) {
            throw new BarnabasException(
                    ErrorCode.GROUP_BOUND_TO_OTHER_TOPIC,
                    boundTopic
                            .map(topic -> {
                                all.remove(topic);
                                return "group '" + group + "' is bound to topic '" + topic + "', it cannot read "
                                        + quoted(all);
                            })
                            .orElseGet(
                                    () -> "a group reads one topic, group '" + group + "' cannot read " + quoted(all)));
        }
        return all.isEmpty() ? Optional.empty() : Optional.of(all.first());
    }

    void requireRoomForGroup() {
        if (usage.groups().get() >= settings.maxGroups()) {
            throw tooMany("this node has " + usage.groups().get() + " groups", settings.maxGroups());
        }
    }

    void requireRoomForMember(Group group) {
        if (group.members().size() >= settings.maxMembersPerGroup()) {
            throw tooMany(
                    "group '" + group.name() + "' has " + group.members().size() + " members",
                    settings.maxMembersPerGroup());
        }
    }

    void requireRoomForInstance(String group, int instanceCount) {
        if (instanceCount >= settings.maxInstancesPerGroup()) {
            throw tooMany(
                    "group '" + group + "' has " + instanceCount + " consumer instances",
                    settings.maxInstancesPerGroup());
        }
        if (usage.instances().get() >= settings.maxInstances()) {
            throw tooMany("this node has " + usage.instances().get() + " consumer instances", settings.maxInstances());
        }
    }

    void check(ConsumerInstance instance) {
        TopicName.requireLabel("consumer instance name", instance.name());
        if (instance.idleTimeoutMs() < 1 || instance.idleTimeoutMs() > settings.maxInstanceIdleTimeoutMs()) {
            throw invalid("idle time-out of a consumer instance must be between 1 and "
                    + settings.maxInstanceIdleTimeoutMs() + " ms, got " + instance.idleTimeoutMs());
        }
        int size = JournalFormat.sizeOf(instance);
        if (size > settings.maxInstanceBytes()) {
            throw invalid("consumer instance '" + instance.name() + "' takes " + size + " bytes, at most "
                    + settings.maxInstanceBytes() + " are allowed");
        }
    }

    void check(Map<TopicPartition, CommittedOffset> offsets) {
        if (offsets.size() > settings.maxOffsetsPerCommit()) {
            throw tooMany(offsets.size() + " partitions in one commit", settings.maxOffsetsPerCommit());
        }
        long total = 0;
        for (Map.Entry<TopicPartition, CommittedOffset> entry : offsets.entrySet()) {
            if (entry.getValue().offset() < 0) {
                throw invalid("offset of " + entry.getKey() + " must not be negative, got "
                        + entry.getValue().offset());
            }
            int size = entry.getValue().metadata().getBytes(UTF_8).length;
            if (size > settings.maxMetadataBytes()) {
                throw invalid("metadata of " + entry.getKey() + " has " + size + " bytes, at most "
                        + settings.maxMetadataBytes() + " are allowed");
            }
            total += size;
        }
        if (total > settings.maxCommitBytes()) {
            throw invalid("metadata of one commit has " + total + " bytes, at most " + settings.maxCommitBytes()
                    + " are allowed");
        }
    }

    void requirePartitions(Set<TopicPartition> partitions) {
        for (TopicPartition partition : new TreeSet<>(partitions)) {
            int count = requireTopic(partition.topic());
            if (partition.partition() >= count) {
                throw new BarnabasException(
                        ErrorCode.UNKNOWN_PARTITION,
                        "topic '" + partition.topic() + "' has " + count + " partitions, there is no partition "
                                + partition.partition());
            }
        }
    }

    static String quoted(Collection<String> topics) {
        return (topics.size() == 1 ? "topic " : "topics ")
                + String.join(
                        ", ", topics.stream().map(topic -> "'" + topic + "'").toList());
    }

    private int requireTopic(String topic) {
        OptionalInt count = topics.count(TopicName.require(topic));
        return count.orElseThrow(
                () -> new BarnabasException(ErrorCode.UNKNOWN_TOPIC, "topic '" + topic + "' does not exist"));
    }

    private static void requireId(String what, String id, int maxLength) {
        if (id == null || id.isEmpty() || id.length() > maxLength) {
            throw new BarnabasException(ErrorCode.INVALID_NAME, what + " must have 1 to " + maxLength + " characters");
        }
        if (id.chars().anyMatch(Character::isISOControl)) {
            throw new BarnabasException(ErrorCode.INVALID_NAME, what + " must not hold control characters");
        }
    }

    private static void requireBetween(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw invalid(what + " must be between " + least + " and " + most + " ms, got " + value);
        }
    }

    private static BarnabasException tooMany(String what, int most) {
        return new BarnabasException(ErrorCode.TOO_MANY, what + ", at most " + most + " are allowed");
    }

    private static BarnabasException invalid(String message) {
        return new BarnabasException(ErrorCode.INVALID_FIELD, message);
    }
}
