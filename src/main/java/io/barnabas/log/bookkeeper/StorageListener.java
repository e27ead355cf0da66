package io.barnabas.log.bookkeeper;

import io.barnabas.log.StorageReach;

/** Hears what {@link BookKeeperLogEngine} finds out about its way to the bookies, to tell the other nodes. */
public interface StorageListener {
    /** Nobody has to know. */
    StorageListener NONE = (reach, proof) -> {};

    /**
     * Told when either has changed, one call at a time; must not block.
     *
     * @param proof the highest number given to {@link BookKeeperLogEngine#prove} after which something was stored; 0 if
     *     there was none
     */
    void changed(StorageReach reach, long proof);
}
