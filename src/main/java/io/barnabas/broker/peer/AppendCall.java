package io.barnabas.broker.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Appends to one partition, in order, in one call.
 *
 * <pre>
 *   call     target | byte acks: -1 all, 1 leader, 0 none | int appends | int length of each | batches of each
 *   answer   for each append: byte 1 | long base | long last | long append time | long log start | byte duplicate
 *                          or byte 0 | short length, code | int length, message
 * </pre>
 */
record AppendCall(PartitionTarget target, Acks acks, List<ByteBuffer> appends) {
    private static final int STORED_BYTES = 1 + 4 * Long.BYTES + 1;

    AppendCall {
        appends = List.copyOf(appends);
    }

    /** The pieces of the call's body; the batches are not copied. */
    List<ByteBuffer> encode() {
        ByteBuffer head = target.withRoomFor(1 + Integer.BYTES * (1 + appends.size()));
        head.put(number(acks)).putInt(appends.size());
        appends.forEach(append -> head.putInt(append.remaining()));
        List<ByteBuffer> pieces = new ArrayList<>();
        pieces.add(head.flip());
        pieces.addAll(appends);
        return pieces;
    }

    /** The call in a body; its appends are parts of the body. */
    static AppendCall decode(ByteBuffer body) {
        PartitionTarget target = PartitionTarget.read(body);
        Acks acks = acks(body.get());
        int[] lengths = new int[count(body)];
        for (int append = 0; append < lengths.length; append++) {
            lengths[append] = body.getInt();
        }
        List<ByteBuffer> appends = new ArrayList<>(lengths.length);
        for (int length : lengths) {
            appends.add(body.slice(body.position(), length));
            body.position(body.position() + length);
        }
        return new AppendCall(target, acks, appends);
    }

    private static int count(ByteBuffer body) {
        int count = body.getInt();
        if (count < 0 || count > body.remaining() / Integer.BYTES) {
            throw new IllegalArgumentException(count + " appends do not fit the call");
        }
        return count;
    }

    private static byte number(Acks acks) {
        return switch (acks) {
            case ALL -> -1;
            case LEADER -> 1;
            case NONE -> 0;
        };
    }

    private static Acks acks(byte number) {
        return Acks.parse(Byte.toString(number));
    }

    static ByteBuffer encodeAnswer(List<AppendOutcome> outcomes) {
        int bytes = 0;
        for (AppendOutcome outcome : outcomes) {
            bytes += outcome.failure() == null
                    ? STORED_BYTES
                    : 1 + Short.BYTES + Integer.BYTES + code(outcome).length + message(outcome).length;
        }
        ByteBuffer answer = ByteBuffer.allocate(bytes);
        outcomes.forEach(outcome -> put(answer, outcome));
        return answer.flip();
    }

    private static void put(ByteBuffer answer, AppendOutcome outcome) {
        if (outcome.failure() == null) {
            AppendResult result = outcome.result();
            answer.put((byte) 1)
                    .putLong(result.baseOffset())
                    .putLong(result.lastOffset())
                    .putLong(result.appendTimeMs())
                    .putLong(result.logStartOffset())
                    .put((byte) (result.duplicate() ? 1 : 0));
        } else {
            byte[] code = code(outcome);
            byte[] message = message(outcome);
            answer.put((byte) 0)
                    .putShort((short) code.length)
                    .put(code)
                    .putInt(message.length)
                    .put(message);
        }
    }

    private static byte[] code(AppendOutcome outcome) {
        return outcome.failure().code().name().getBytes(UTF_8);
    }

    private static byte[] message(AppendOutcome outcome) {
        return String.valueOf(outcome.failure().getMessage()).getBytes(UTF_8);
    }

    static List<AppendOutcome> decodeAnswer(ByteBuffer answer) {
        List<AppendOutcome> outcomes = new ArrayList<>();
        while (answer.hasRemaining()) {
            outcomes.add(answer.get() == 1 ? stored(answer) : failed(answer));
        }
        return outcomes;
    }

    private static AppendOutcome stored(ByteBuffer answer) {
        return AppendOutcome.stored(new AppendResult(
                answer.getLong(), answer.getLong(), answer.getLong(), answer.getLong(), answer.get() == 1));
    }

    private static AppendOutcome failed(ByteBuffer answer) {
        byte[] code = new byte[answer.getShort()];
        answer.get(code);
        byte[] message = new byte[answer.getInt()];
        answer.get(message);
        BarnabasException failure = PeerWire.failure(new String(code, UTF_8), ByteBuffer.wrap(message));
        return AppendOutcome.failed(failure);
    }
}
