package io.barnabas.broker.subscription;

import java.util.OptionalLong;

/**
 * A partition in a member's hands.
 *
 * <pre>
 *   Unplaced --offset known--&gt; Reading --revoked--&gt; GivingUp --released--&gt; (none)
 *       `-------------------revoked---------------------^
 * </pre>
 */
sealed interface Holding {
    /** Where the group goes on is not known: the partition or the coordinator cannot be reached. */
    record Unplaced() implements Holding {}

    /**
     * Records are sent.
     *
     * @param firstOffset where sending began, or began again
     * @param committed what was committed last, by the member itself; absent when nothing was
     */
    record Reading(long firstOffset, OptionalLong committed) implements Holding {
        Reading committedAt(long offset) {
            return new Reading(firstOffset, OptionalLong.of(offset));
        }

        /** @param position the next offset that was not sent */
        GivingUp toGivingUp(long position) {
            return new GivingUp(firstOffset, position, committed);
        }
    }

    /**
     * Nothing is sent any more; what was sent may still be committed.
     *
     * @param position the next offset that was not sent
     */
    record GivingUp(long firstOffset, long position, OptionalLong committed) implements Holding {
        GivingUp committedAt(long offset) {
            return new GivingUp(firstOffset, position, OptionalLong.of(offset));
        }

        /** Whether nothing that was sent is left to be committed. */
        boolean settled() {
            return position <= firstOffset || (committed.isPresent() && committed.getAsLong() >= position);
        }
    }
}
