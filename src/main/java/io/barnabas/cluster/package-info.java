/**
 * Which nodes live, which topics exist and which node owns each partition under which epoch, kept in ZooKeeper;
 * publishes immutable views and ownership events. The only room that imports Curator or ZooKeeper.
 *
 * <p>Knows no log and no group. Depends on {@code record}.
 */
package io.barnabas.cluster;
