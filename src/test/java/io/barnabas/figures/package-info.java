/**
 * Programs that measure a cluster of processes on loopback and print what they saw; the figures are in {@code
 * src/docs/many-nodes.md}. They start what they need and end it. Nothing here checks anything: that is what {@link
 * io.barnabas.chaos} is for.
 */
package io.barnabas.figures;
