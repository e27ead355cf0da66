package io.barnabas.group;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;

/**
 * Whether a journal partition's groups can be asked.
 *
 * <pre>
 *              load             all replayed
 *   Closed --------&gt; Loading ----------------&gt; Serving --.
 *     ^  ^              |  ^                        |      | a write failed
 *     |  |              |  | later                  |      v
 *     |  '--------------|--|----- unload -----------'   Closed, until no write is under way
 *     |                 v  |                               |
 *     '-- unload --- Failed &lt;------------------------------'
 * </pre>
 */
sealed interface ShardStatus {
    /** What callers are told while it is so. */
    BarnabasException refusal(int partition);

    /** The journal is being read into the shard up to the end it had at the start, exclusive. */
    record Loading(GroupShard shard, long sinceMs, long endOffset) implements ShardStatus {
        @Override
        public BarnabasException refusal(int partition) {
            return new BarnabasException(
                    ErrorCode.COORDINATOR_LOADING, "group partition " + partition + " is being loaded; try again");
        }
    }

    /** Groups are served. */
    record Serving(GroupShard shard) implements ShardStatus {
        @Override
        public BarnabasException refusal(int partition) {
            throw new IllegalStateException("group partition " + partition + " is served");
        }
    }

    /** The journal could not be read, or waits to be read again. */
    record Failed(BarnabasException cause) implements ShardStatus {
        @Override
        public BarnabasException refusal(int partition) {
            return cause;
        }
    }

    /** There is nothing here to ask. */
    record Closed(ErrorCode code, String reason) implements ShardStatus {
        @Override
        public BarnabasException refusal(int partition) {
            return new BarnabasException(code, "group partition " + partition + ": " + reason);
        }
    }
}
