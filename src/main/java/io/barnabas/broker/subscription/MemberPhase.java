package io.barnabas.broker.subscription;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Where a member of a group stands.
 *
 * <pre>
 *   Joining --joined--&gt; InGroup --unsubscribe, close--&gt; Leaving --left--&gt; Over
 *      |                |  ^  `---removed for good----------------------^  ^
 *      |   coordinator  |  | joined again, in place                        |
 *      |     moved      v  |                                               |
 *      |               Rejoining --unsubscribe, close--&gt; Leaving           |
 *      |                   `-----not known any more------------------------|
 *      `--refused, or closed meanwhile (then it leaves at once)------------'
 * </pre>
 */
sealed interface MemberPhase {
    /** The id in the group, where there is one that counts. */
    default Optional<String> memberId() {
        if (this instanceof InGroup in) {
            return Optional.of(in.id());
        }
        return this instanceof Rejoining rejoining ? Optional.of(rejoining.id()) : Optional.empty();
    }

    /** The coordinator has not answered yet. */
    record Joining() implements MemberPhase {}

    /** The coordinator knows the member, and the member hears the coordinator. */
    record InGroup(String id) implements MemberPhase {
        Rejoining toRejoining() {
            return new Rejoining(id, OptionalLong.empty(), false, false);
        }
    }

    /**
     * The coordinator moved, or is not heard. The member is in the journal that moves with it, for a whole session
     * time-out, so nobody else is given its partitions: it reads on for the rebalance time-out, then rests. It rests at once
     * on a node that is out of the cluster: there it is taken for gone sooner.
     *
     * @param sinceNanos when that was noticed; absent until the first tick after it
     * @param asking a join is under way
     * @param resting nothing is sent until the coordinator is back
     */
    record Rejoining(String id, OptionalLong sinceNanos, boolean asking, boolean resting) implements MemberPhase {
        Rejoining since(long nanoTime) {
            return sinceNanos.isPresent() ? this : new Rejoining(id, OptionalLong.of(nanoTime), asking, resting);
        }

        Rejoining asking(boolean now) {
            return new Rejoining(id, sinceNanos, now, resting);
        }

        Rejoining toResting() {
            return new Rejoining(id, sinceNanos, asking, true);
        }

        InGroup toInGroup() {
            return new InGroup(id);
        }

        /**
         * Whether the member has been apart for so long that it must not send any more.
         *
         * @param expelled whether its node is out of the cluster
         */
        boolean overdue(long nanoTime, long limitNanos, boolean expelled) {
            return !resting && sinceNanos.isPresent() && (expelled || nanoTime - sinceNanos.getAsLong() >= limitNanos);
        }
    }

    /** It has asked to go. */
    record Leaving() implements MemberPhase {}

    /** Nothing is told and nothing is heard any more. */
    record Over() implements MemberPhase {}
}
