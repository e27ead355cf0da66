package io.barnabas.load;

import com.fasterxml.jackson.core.JsonFactory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Reads partitions over one WebSocket, without a group, from their beginning; gives credit back when half of it is used.
 * Confined to the lane's thread.
 */
final class WebSocketReceiver implements WebSocketConnection.Listener {
    private final WebSocketConnection socket;
    private final String subscribe;
    private final int credit;
    private final Target.Deliveries deliveries;
    private final long[] next;
    private final BatchDecoder batches = new BatchDecoder();
    private final JsonRecordsDecoder records = new JsonRecordsDecoder();
    private final JsonScan scan = new JsonScan();
    private final JsonFactory json = new JsonFactory();
    private boolean subscribed;
    private int used;

    WebSocketReceiver(
            EventLoop loop,
            BarnabasUrl url,
            String path,
            boolean binary,
            String topic,
            List<Integer> partitions,
            int credit,
            RandomGenerator random,
            Target.Deliveries deliveries)
            throws IOException {
        this.credit = credit;
        this.deliveries = deliveries;
        next = new long
                [1 + partitions.stream().mapToInt(Integer::intValue).max().orElse(0)];
        String numbers = partitions.stream().map(String::valueOf).collect(Collectors.joining(","));
        subscribe = "{\"type\":\"subscribe\",\"id\":\"1\",\"topic\":\"" + topic + "\",\"partitions\":[" + numbers
                + "],\"from\":\"earliest\",\"credit\":" + credit + (binary ? "" : ",\"format\":\"json\"") + "}";
        socket = new WebSocketConnection(loop, url, path, WebSocketTarget.protocol(binary), random, this);
    }

    /** Subscribes as soon as the socket is open; called each turn. */
    long pump() throws IOException {
        if (!subscribed && socket.isOpen()) {
            subscribed = true;
            socket.sendText(subscribe);
        }
        return Long.MAX_VALUE;
    }

    @Override
    public void binary(ByteBuffer bytes) throws IOException {
        BinaryFrame frame = BinaryFrame.parse(bytes);
        if (frame.kind() != BinaryFrame.RECORDS || frame.partition() < 0 || frame.partition() >= next.length) {
            throw new IOException("a subscriber was sent " + frame);
        }
        deliveries.arrived();
        int partition = frame.partition();
        used(batches.decode(frame.body(), partition, next[partition], deliveries));
        next[partition] = BatchDecoder.endOffset(frame.body(), next[partition]);
    }

    @Override
    public void text(ByteBuffer utf8) throws IOException {
        ControlFrame frame = ControlFrame.parse(json, utf8);
        switch (frame.type()) {
            case "records" -> decode(utf8);
            case "subscribed", "assigned" -> {
                // Partitions are those that were asked for.
            }
            default ->
                throw new IOException("a subscriber was sent a frame of type '" + frame.type() + "': "
                        + frame.errorCode() + " " + frame.message());
        }
    }

    private void decode(ByteBuffer utf8) throws IOException {
        deliveries.arrived();
        int partition = -1;
        scan.over(utf8).expect('{');
        for (boolean more = !scan.next('}'); more; more = scan.more('}')) {
            scan.string();
            boolean isPartition = scan.was("partition");
            boolean isRecords = scan.was("records");
            scan.expect(':');
            if (isPartition) {
                partition = (int) scan.number();
            } else if (!isRecords) {
                scan.skip();
            } else if (partition >= 0 && partition < next.length) {
                next[partition] = records.decode(scan, partition, next[partition], deliveries);
                used(records.count());
            } else {
                throw new IOException("a records frame does not name a partition of the subscription first");
            }
        }
    }

    private void used(int count) throws IOException {
        used += count;
        if (used * 2L >= credit) {
            socket.sendText("{\"type\":\"credit\",\"records\":" + used + "}");
            used = 0;
        }
    }
}
