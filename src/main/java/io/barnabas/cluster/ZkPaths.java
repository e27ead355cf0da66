package io.barnabas.cluster;

import java.util.List;
import java.util.UUID;

/**
 * Every path in ZooKeeper:
 *
 * <pre>
 * root/cluster                   the cluster's id
 * root/nodes/ID                  ephemeral: a live node
 * root/controller/...            the election's queue
 * root/controller-epoch          who leads, under which epoch; its version fences what a leader writes
 * root/topics/NAME               id, partition count, configuration
 * root/assign/TOPIC_ID           wanted owner per partition; written by the controller
 * root/parts/TOPIC_ID/PARTITION  owner and epoch of a partition; changed by compare and set only
 * root/parts/TOPIC_ID/PARTITION/NAME    what the log engine keeps beside a partition's document, because it is large
 * root/producer-ids              the first producer id that was not given out; changed by compare and set only
 * root/secret                    what nodes show each other, made by the first one
 * root/deleted/TOPIC_ID          a deleted topic whose documents the controller still has to remove
 * root/deleted/TOPIC_ID/PARTITION[/NAME]    documents of it in which the log engine still has something to delete
 * </pre>
 */
record ZkPaths(String root) {
    String cluster() {
        return root + "/cluster";
    }

    String nodes() {
        return root + "/nodes";
    }

    String node(int nodeId) {
        return nodes() + "/" + nodeId;
    }

    String controller() {
        return root + "/controller";
    }

    String controllerEpoch() {
        return root + "/controller-epoch";
    }

    String topics() {
        return root + "/topics";
    }

    String topic(String name) {
        return topics() + "/" + name;
    }

    String assignments() {
        return root + "/assign";
    }

    String assignment(UUID topicId) {
        return assignments() + "/" + topicId;
    }

    String parts() {
        return root + "/parts";
    }

    String parts(UUID topicId) {
        return parts() + "/" + topicId;
    }

    String part(PartitionKey key) {
        return parts(key.topicId()) + "/" + key.partition();
    }

    String producerIds() {
        return root + "/producer-ids";
    }

    String secret() {
        return root + "/secret";
    }

    String deletions() {
        return root + "/deleted";
    }

    String deletion(UUID topicId) {
        return deletions() + "/" + topicId;
    }

    /** What is left of one partition of a deleted topic. */
    String remains(PartitionKey key) {
        return deletion(key.topicId()) + "/" + key.partition();
    }

    /** The folders that a first node makes. */
    List<String> folders() {
        return List.of(nodes(), controller(), topics(), assignments(), parts(), deletions());
    }

    /** The last part of a path. */
    static String leaf(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** The last part but one. */
    static String folderOf(String path) {
        return leaf(path.substring(0, path.lastIndexOf('/')));
    }

    /** How many levels {@code path} lies below {@code ancestor}. */
    static int depthBelow(String ancestor, String path) {
        int levels = 0;
        for (int at = path.indexOf('/', ancestor.length()); at >= 0; at = path.indexOf('/', at + 1)) {
            levels++;
        }
        return levels;
    }
}
