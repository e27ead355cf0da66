package io.barnabas.broker.subscription;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.StartPosition;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.Optional;
import java.util.Set;

/**
 * What a reader wants.
 *
 * @param group absent to read alone, committing nothing
 * @param partitions to read when reading alone; all of the topic, future ones too, when empty
 * @param from where to begin in a partition without a committed offset; absent: at the first record for a group, after
 *     the last one for a reader on its own
 * @param credit how many records may be sent before more credit comes
 * @param autoCommit whether what the reader's end has received is committed for it
 * @param assignor how the group's partitions are dealt; absent for the group's or the default one
 * @param clientId for people: where the reader comes from
 */
public record SubscribeRequest(
        String topic,
        Optional<String> group,
        Set<Integer> partitions,
        Optional<StartPosition> from,
        long credit,
        boolean autoCommit,
        Optional<String> assignor,
        String clientId) {
    /** @throws BarnabasException {@code INVALID_FIELD} for what does not go together */
    public SubscribeRequest {
        requireNonNull(topic, "topic");
        requireNonNull(clientId, "clientId");
        partitions = Set.copyOf(partitions);
        if (group.isPresent()) {
            refuse(!partitions.isEmpty(), "partitions cannot be chosen in a group: the group assigns them");
            refuse(
                    from.isPresent() && from.get() instanceof StartPosition.Offset,
                    "from cannot be an offset in a group: take 'earliest', 'latest' or a timestamp");
        } else {
            refuse(autoCommit, "autoCommit needs a group: a reader on its own commits nothing");
            refuse(assignor.isPresent(), "assignor needs a group");
        }
    }

    /** Where to begin, the default filled in. */
    public StartPosition start() {
        return from.orElseGet(() -> group.isPresent() ? new StartPosition.Earliest() : new StartPosition.Latest());
    }

    private static void refuse(boolean wrong, String message) {
        if (wrong) {
            throw new BarnabasException(ErrorCode.INVALID_FIELD, message);
        }
    }
}
