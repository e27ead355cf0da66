package io.barnabas.log;

/** Whether an engine reaches the storage that its node shares with others; one that stores on its own disk always does. */
public enum StorageReach {
    /** It stores, as far as it knows. */
    ABLE,
    /** It has stored nothing for a while although it tried: the node's logs are better served elsewhere. */
    IMPAIRED,
    /** It stores again, but not for long yet. */
    RECOVERING
}
