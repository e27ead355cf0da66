package io.barnabas.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import io.barnabas.record.Acks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * Sends each parcel as a produce frame on one WebSocket, in JSON or as record batches. Answers come in the order of the
 * requests. Confined to the lane's thread.
 */
final class WebSocketUplink implements Uplink, WebSocketConnection.Listener {
    /** With no answers to wait for, this much may wait for the socket. */
    private static final long MAX_QUEUED_BYTES = 4L * 1024 * 1024;

    private record Sent(int id, Parcel parcel) {}

    private final WebSocketConnection socket;
    private final boolean binary;
    private final String topic;
    private final byte[] topicBytes;
    private final Acks acks;
    private final int inFlight;
    private final OffsetsAnswer offsets = new OffsetsAnswer();
    private final JsonFactory json = new JsonFactory();
    private final Deque<Sent> unanswered = new ArrayDeque<>();
    private int lastId;

    WebSocketUplink(
            EventLoop loop,
            BarnabasUrl url,
            String path,
            boolean binary,
            String topic,
            Acks acks,
            int inFlight,
            RandomGenerator random)
            throws IOException {
        this.binary = binary;
        this.topic = topic;
        this.topicBytes = topic.getBytes(UTF_8);
        this.acks = acks;
        this.inFlight = inFlight;
        this.socket = new WebSocketConnection(loop, url, path, WebSocketTarget.protocol(binary), random, this);
    }

    @Override
    public boolean hasRoom(int partition) {
        return socket.isOpen() && unanswered.size() < inFlight && socket.queuedBytes() < MAX_QUEUED_BYTES;
    }

    @Override
    public void transmit(Parcel parcel) throws IOException {
        int id = ++lastId;
        boolean answered = BinaryFrame.answered(acks);
        if (answered) {
            unanswered.add(new Sent(id, parcel));
        }
        if (binary) {
            transmitBatches(id, parcel);
        } else {
            transmitJson(id, parcel);
        }
        if (!answered) {
            parcel.allStored(Target.Acknowledgements.NO_OFFSET);
        }
    }

    @Override
    public void binary(ByteBuffer bytes) throws IOException {
        BinaryFrame frame = BinaryFrame.parse(bytes);
        Parcel parcel = take(frame.id());
        if (frame.errorCode() != 0) {
            parcel.allRefused(frame.errorCode() + " " + UTF_8.decode(frame.body()));
        } else if (frame.end() - frame.offset() + 1 != parcel.count()) {
            throw new IOException("the answer tells of offsets " + frame.offset() + " to " + frame.end() + " for "
                    + parcel.count() + " records");
        } else {
            parcel.allStored(frame.offset());
        }
    }

    @Override
    public void text(ByteBuffer utf8) throws IOException {
        ControlFrame frame = ControlFrame.parse(json, utf8);
        switch (frame.type()) {
            case "produced" -> offsets.settle(utf8, take(frame.numericId()));
            case "error" -> take(frame.numericId()).allRefused(frame.errorCode() + " " + frame.message());
            default -> throw new IOException("a producer was sent a frame of type '" + frame.type() + "'");
        }
    }

    private Parcel take(int id) throws IOException {
        Sent sent = unanswered.poll();
        if (sent == null || sent.id() != id) {
            throw new IOException("an answer to request " + id + " where "
                    + (sent == null ? "none" : "that to " + sent.id()) + " was due");
        }
        return sent.parcel();
    }

    private void transmitBatches(int id, Parcel parcel) throws IOException {
        ByteBuffer batches = parcel.body();
        ByteBuffer room = WebSocketConnection.room(BinaryFrame.produceBytes(topicBytes, batches));
        BinaryFrame.putProduce(room, acks, id, topicBytes, parcel.partition(), batches);
        socket.send(WebSocketFrames.BINARY, room);
    }

    private void transmitJson(int id, Parcel parcel) throws IOException {
        byte[] begin = ("{\"type\":\"produce\",\"id\":\"" + id + "\",\"topic\":\"" + topic + "\",\"acks\":\""
                        + acks.name().toLowerCase(Locale.ROOT) + "\",\"format\":\"json\",\"records\":[")
                .getBytes(UTF_8);
        ByteBuffer records = parcel.body();
        ByteBuffer room = WebSocketConnection.room(begin.length + records.remaining() + 2);
        room.put(begin).put(records).put((byte) ']').put((byte) '}');
        socket.send(WebSocketFrames.TEXT, room);
    }
}
