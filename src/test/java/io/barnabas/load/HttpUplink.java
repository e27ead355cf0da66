package io.barnabas.load;

import io.barnabas.record.Acks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Sends each parcel as a POST. A partition stays with one connection, on which requests are answered in order, so that a
 * producer's records keep their order; parcels of any partition all go by the first. Confined to the lane's thread.
 */
final class HttpUplink implements Uplink {
    private static final String BATCHES = "application/vnd.barnabas.batches";
    private static final String JSON = "application/vnd.kafka.json.v2+json";
    private static final byte[] BEGIN = JsonEncoding.ascii("{\"records\":[");
    private static final byte[] END = JsonEncoding.ascii("]}");

    private final List<HttpConnection> connections;
    private final int inFlight;
    private final String topicPath;
    private final String acks;
    private final OffsetsAnswer offsets = new OffsetsAnswer();

    HttpUplink(EventLoop loop, BarnabasUrl url, String topic, Acks acks, Workload.Batching batching) {
        this.connections = Stream.generate(() -> new HttpConnection(loop, url))
                .limit(batching.connections())
                .toList();
        this.inFlight = batching.inFlight();
        this.topicPath = url.base() + "/topics/" + topic;
        this.acks = "?acks=" + acks.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public boolean hasRoom(int partition) {
        return connection(partition).unanswered() < inFlight;
    }

    @Override
    public void transmit(Parcel parcel) throws IOException {
        if (parcel.partition() == Parcel.ANY_PARTITION) {
            connection(parcel.partition())
                    .post(topicPath + acks, JSON, wrapped(parcel.body()), answer -> settle(answer, parcel));
        } else {
            String path = topicPath + "/partitions/" + parcel.partition() + "/batches" + acks;
            connection(parcel.partition()).post(path, BATCHES, parcel.body(), answer -> settle(answer, parcel));
        }
    }

    private void settle(HttpAnswer answer, Parcel parcel) throws IOException {
        if (!answer.ok()) {
            parcel.allRefused(answer.describe());
        } else if (answer.body().hasRemaining()) {
            offsets.settle(answer.body(), parcel);
        } else {
            parcel.allStored(Target.Acknowledgements.NO_OFFSET);
        }
    }

    private HttpConnection connection(int partition) {
        return connections.get(Math.floorMod(Math.max(0, partition), connections.size()));
    }

    private static ByteBuffer wrapped(ByteBuffer records) {
        return ByteBuffer.allocate(BEGIN.length + records.remaining() + END.length)
                .put(BEGIN)
                .put(records)
                .put(END)
                .flip();
    }
}
