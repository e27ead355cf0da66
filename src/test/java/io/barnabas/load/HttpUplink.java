package io.barnabas.load;

import io.barnabas.record.Acks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
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
    private final IntFunction<String> paths;
    private final boolean offsetsAnswered;
    private final OffsetsAnswer offsets = new OffsetsAnswer();
    private final AppendedAnswer appended = new AppendedAnswer();

    /**
     * An uplink with connections of its own.
     *
     * @param paths where a parcel for a partition, or for {@code ANY_PARTITION}, is posted
     * @param offsetsAnswered whether answers tell of offsets; otherwise a good status is all there is
     */
    HttpUplink(
            EventLoop loop,
            BarnabasUrl url,
            Workload.Batching batching,
            IntFunction<String> paths,
            boolean offsetsAnswered) {
        this.connections = Stream.generate(() -> new HttpConnection(loop, url))
                .limit(batching.connections())
                .toList();
        this.inFlight = batching.inFlight();
        this.paths = paths;
        this.offsetsAnswered = offsetsAnswered;
    }

    /** Where Barnabas takes records of a topic. */
    static IntFunction<String> topicPaths(BarnabasUrl url, String topic, Acks acks) {
        String topicPath = url.base() + "/topics/" + topic;
        String query = "?acks=" + acks.name().toLowerCase(Locale.ROOT);
        return partition -> partition == Parcel.ANY_PARTITION
                ? topicPath + query
                : topicPath + "/partitions/" + partition + "/batches" + query;
    }

    @Override
    public boolean hasRoom(int partition) {
        return connection(partition).unanswered() < inFlight;
    }

    @Override
    public void transmit(Parcel parcel) throws IOException {
        boolean json = parcel.partition() == Parcel.ANY_PARTITION;
        connection(parcel.partition())
                .post(
                        paths.apply(parcel.partition()),
                        json ? JSON : BATCHES,
                        json ? wrapped(parcel.body()) : parcel.body(),
                        answer -> settle(answer, parcel));
    }

    private void settle(HttpAnswer answer, Parcel parcel) throws IOException {
        if (!answer.ok()) {
            parcel.allRefused(answer.describe());
        } else if (!offsetsAnswered || !answer.body().hasRemaining()) {
            parcel.allStored(Target.Acknowledgements.NO_OFFSET);
        } else if (parcel.partition() == Parcel.ANY_PARTITION) {
            offsets.settle(answer.body(), parcel);
        } else {
            appended.settle(answer.body(), parcel);
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
