package io.barnabas.group;

/**
 * Where a group stands: the states of Kafka's classic group protocol.
 *
 * <pre>
 *              first member joins                 all released or timed out
 *    Empty ----------------------> Preparing ------------------------------> Completing
 *     ^  |                        Rebalance &lt;--.    generation + 1,            Rebalance
 *     |  |                            |  ^      |    journaling it                  |
 *     |  |   last member goes         |  |      '------------------.                | durable:
 *     |&lt;-|----------------------------'  | any change              | and changed    | members
 *     |  |                               |                         | meanwhile      v hear it
 *     |  |                               '------------------------ Stable &lt;---------'
 *     |  |                                                           |
 *     |&lt;-|-----------------------------------------------------------'  last member goes
 *        |
 *        '--> Dead: no members and no offsets, deleted, or expired
 * </pre>
 *
 * <p>A change is: a member joins, leaves, expires or subscribes to something else; a topic gets more partitions or
 * goes. One that comes while a generation is on its way to the journal waits for that write, so that members hear every
 * generation whole and in order.
 */
sealed interface GroupState {
    /** As people and Kafka's tools know it. */
    String name();

    /** No members; perhaps offsets. */
    record Empty() implements GroupState {
        @Override
        public String name() {
            return "Empty";
        }

        PreparingRebalance prepare(long notBeforeMs) {
            return PreparingRebalance.from(notBeforeMs);
        }
    }

    /** Members have been told to let go of what others are to get; see {@link Handover}. */
    record PreparingRebalance(long notBeforeMs, Handover handover) implements GroupState {
        static PreparingRebalance from(long notBeforeMs) {
            return new PreparingRebalance(notBeforeMs, Handover.NONE);
        }

        @Override
        public String name() {
            return "PreparingRebalance";
        }

        PreparingRebalance with(Handover changed) {
            return new PreparingRebalance(notBeforeMs, changed);
        }

        boolean ready(long nowMs) {
            return handover.done() && nowMs >= notBeforeMs;
        }

        /** When it must be looked at again, if nothing happens before. */
        long nextMs() {
            return handover.done() ? notBeforeMs : handover.nextMs();
        }

        CompletingRebalance complete(int generation) {
            return new CompletingRebalance(generation, false);
        }
    }

    /**
     * The generation is decided and on its way to the journal; nobody has heard of it.
     *
     * @param changed something happened meanwhile that needs another one
     */
    record CompletingRebalance(int generation, boolean changed) implements GroupState {
        @Override
        public String name() {
            return "CompletingRebalance";
        }

        CompletingRebalance withChange() {
            return new CompletingRebalance(generation, true);
        }

        Stable journaled() {
            return new Stable();
        }
    }

    /** Everybody has been told what is theirs. */
    record Stable() implements GroupState {
        @Override
        public String name() {
            return "Stable";
        }

        PreparingRebalance prepare(long notBeforeMs) {
            return PreparingRebalance.from(notBeforeMs);
        }
    }

    /** The group is no more. */
    record Dead() implements GroupState {
        @Override
        public String name() {
            return "Dead";
        }
    }
}
