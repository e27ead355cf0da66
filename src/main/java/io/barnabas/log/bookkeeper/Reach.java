package io.barnabas.log.bookkeeper;

import io.barnabas.log.StorageReach;

/**
 * What is made of attempts to store something. Pure; {@link StorageWatch} makes them.
 *
 * <pre>
 *   Able --a ledger failed, or an attempt--&gt; Doubting --an attempt worked--&gt; Able
 *                                               |
 *                 none worked for impairedAfter v
 *   Able &lt;-- all worked for recoveredAfter -- Recovering &lt;--one worked-- Impaired
 *                                               '------one failed----------^
 * </pre>
 *
 * <p>An attempt that fails for lack of ZooKeeper says nothing of bookies and changes nothing.
 */
sealed interface Reach {
    /** It stores, as far as it knows. */
    record Able() implements Reach {}

    /** Something could not be stored; it is open whether anything can. */
    record Doubting(long sinceMs) implements Reach {}

    /** Nothing can be stored. */
    record Impaired() implements Reach {}

    /** Every attempt has worked since. */
    record Recovering(long sinceMs) implements Reach {}

    /** Something could not be stored. */
    default Reach doubted(long nowMs) {
        return this instanceof Able ? new Doubting(nowMs) : this;
    }

    /** An attempt has worked. */
    default Reach stored(long nowMs, long recoveredAfterMs) {
        if (this instanceof Impaired) {
            return new Recovering(nowMs);
        }
        if (this instanceof Recovering recovering) {
            return nowMs - recovering.sinceMs >= recoveredAfterMs ? new Able() : this;
        }
        return new Able();
    }

    /** An attempt has failed, and nothing else was stored meanwhile. */
    default Reach failed(long nowMs, long impairedAfterMs) {
        if (this instanceof Doubting doubting) {
            return nowMs - doubting.sinceMs >= impairedAfterMs ? new Impaired() : this;
        }
        return this instanceof Able ? new Doubting(nowMs) : new Impaired();
    }

    /** Whether it takes further attempts to know more. */
    default boolean open() {
        return !(this instanceof Able);
    }

    /** What others are told: a doubt is not worth a word. */
    default StorageReach told() {
        if (this instanceof Impaired) {
            return StorageReach.IMPAIRED;
        }
        return this instanceof Recovering ? StorageReach.RECOVERING : StorageReach.ABLE;
    }
}
