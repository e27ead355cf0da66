/**
 * Group membership, assignment and committed offsets as a replayable state machine, stored in an internal partition.
 *
 * <p>Knows no ZooKeeper and no HTTP: it is told "you own this internal partition from this epoch on" and "you lost it",
 * and asks a function how many partitions a topic has. Depends on {@code log} and {@code record}.
 */
package io.barnabas.group;
