/**
 * A whole cluster on one machine by one command, to try out and to develop against: ZooKeeper, bookies and nodes, each a
 * process of its own on loopback. Not for production: all copies lie on one disk.
 */
package io.barnabas.laptop;
