package io.barnabas.cluster;

/**
 * Who may append to a partition.
 *
 * @param nodeId the owner
 * @param epoch rises by one with every claim, over restarts too; starts at 1
 */
public record Ownership(int nodeId, int epoch) {}
