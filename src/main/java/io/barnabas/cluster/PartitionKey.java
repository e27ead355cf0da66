package io.barnabas.cluster;

import java.util.UUID;

/** A partition of one topic, by the topic's id: a later topic of the same name has other keys. */
record PartitionKey(UUID topicId, int partition) {}
