/**
 * One partition's batches on disk: segments, offset and time index, recovery, producer state, retention, compaction;
 * {@link io.barnabas.log.LogEngine} and its embedded default.
 *
 * <p>Knows no ZooKeeper, no HTTP, no topic catalogue: it is told which partition to open under which epoch and with
 * which configuration. Depends on {@code record} alone.
 */
package io.barnabas.log;
