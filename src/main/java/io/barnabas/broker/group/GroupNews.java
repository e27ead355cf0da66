package io.barnabas.broker.group;

import io.barnabas.group.FieldReader;
import io.barnabas.group.FieldWriter;
import io.barnabas.group.GroupCoordinator.Assignment;
import io.barnabas.group.GroupCoordinator.MemberListener;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.Set;

/**
 * What a coordinator tells a member that lives on another node; fields as in {@link GroupCallFormat}.
 *
 * <pre>
 * int8 version (1), int8 kind, text group, text memberId, int64 number of the member's join, then by kind
 *   1 assigned  int32 generation, [partition], text? waiting
 *   2 revoked   int32 generation, [partition]
 *   3 removed   text name of the error code, text reason
 * </pre>
 *
 * @param number of the join that it belongs to
 */
record GroupNews(String group, String memberId, long number, What what) {
    private static final byte ASSIGNED = 1;
    private static final byte REVOKED = 2;
    private static final byte REMOVED = 3;

    /** What is told. */
    sealed interface What {
        void tell(MemberListener listener);

        record Assigned(Assignment assignment) implements What {
            @Override
            public void tell(MemberListener listener) {
                listener.assigned(assignment);
            }
        }

        record Revoked(int generation, Set<TopicPartition> partitions) implements What {
            @Override
            public void tell(MemberListener listener) {
                listener.revoked(generation, partitions);
            }
        }

        record Removed(ErrorCode code, String reason) implements What {
            @Override
            public void tell(MemberListener listener) {
                listener.removed(code, reason);
            }
        }
    }

    ByteBuffer encode() {
        FieldWriter to = new FieldWriter().int8(GroupCallFormat.VERSION);
        if (what instanceof What.Assigned assigned) {
            Assignment assignment = assigned.assignment();
            GroupCallFormat.partitions(head(to, ASSIGNED).int32(assignment.generation()), assignment.partitions())
                    .optionalText(assignment.waiting());
        } else if (what instanceof What.Revoked revoked) {
            GroupCallFormat.partitions(head(to, REVOKED).int32(revoked.generation()), revoked.partitions());
        } else if (what instanceof What.Removed removed) {
            head(to, REMOVED).text(removed.code().name()).text(removed.reason());
        } else {
            throw new IllegalStateException("no format for " + what.getClass());
        }
        return ByteBuffer.wrap(to.bytes());
    }

    private FieldWriter head(FieldWriter to, byte kind) {
        return to.int8(kind).text(group).text(memberId).int64(number);
    }

    static GroupNews decode(ByteBuffer message) {
        FieldReader from = new FieldReader(message, ErrorCode.MALFORMED_REQUEST, "news of a group");
        GroupCallFormat.requireVersion(from.int8());
        byte kind = from.int8();
        String group = from.text();
        String memberId = from.text();
        long number = from.int64();
        What what =
                switch (kind) {
                    case ASSIGNED ->
                        new What.Assigned(
                                new Assignment(from.int32(), GroupCallFormat.partitions(from), from.optionalText()));
                    case REVOKED -> new What.Revoked(from.int32(), GroupCallFormat.partitions(from));
                    case REMOVED -> new What.Removed(code(from.text()), from.text());
                    default ->
                        throw new BarnabasException(
                                ErrorCode.MALFORMED_REQUEST, "news of kind " + kind + " of a group is not known");
                };
        from.requireEnd();
        return new GroupNews(group, memberId, number, what);
    }

    /** A code of another release counts as what makes a member join again in place. */
    private static ErrorCode code(String name) {
        try {
            return ErrorCode.valueOf(name);
        } catch (IllegalArgumentException e) {
            return ErrorCode.NOT_OWNER;
        }
    }
}
