package io.barnabas.group;

import io.barnabas.group.GroupCoordinator.Assignment;
import io.barnabas.group.GroupCoordinator.MemberListener;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.Set;

/** Something that a member hears. */
sealed interface Notice {
    String group();

    String memberId();

    void tell(MemberListener listener);

    /** Whether the member is gone after this one. */
    boolean last();

    record Assigned(String group, String memberId, Assignment assignment) implements Notice {
        @Override
        public void tell(MemberListener listener) {
            listener.assigned(assignment);
        }

        @Override
        public boolean last() {
            return false;
        }
    }

    record Revoked(String group, String memberId, int generation, Set<TopicPartition> partitions) implements Notice {
        @Override
        public void tell(MemberListener listener) {
            listener.revoked(generation, partitions);
        }

        @Override
        public boolean last() {
            return false;
        }
    }

    record Removed(String group, String memberId, ErrorCode code, String reason) implements Notice {
        @Override
        public void tell(MemberListener listener) {
            listener.removed(code, reason);
        }

        @Override
        public boolean last() {
            return true;
        }
    }

    /** The member went by itself: it hears nothing more. */
    record Left(String group, String memberId) implements Notice {
        @Override
        public void tell(MemberListener listener) {
            // It asked to go; there is nothing to tell.
        }

        @Override
        public boolean last() {
            return true;
        }
    }
}
