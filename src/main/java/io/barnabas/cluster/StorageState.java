package io.barnabas.cluster;

/**
 * What a node says of the storage that all nodes share, where there is one. The controller acts on it, see {@link
 * NodeRoles}.
 *
 * <pre>
 *   ABLE --nothing can be stored--&gt; IMPAIRED --it works again--&gt; RECOVERING --and has for a while--&gt; ABLE
 *                                       ^------------------------------'
 * </pre>
 */
public enum StorageState {
    /** It stores, as far as it knows. */
    ABLE,
    /** It cannot store anything: it gives its partitions to nodes that can. */
    IMPAIRED,
    /** It stores again, but not for long yet: it keeps what it has and is given nothing. */
    RECOVERING
}
