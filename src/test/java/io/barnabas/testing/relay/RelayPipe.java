package io.barnabas.testing.relay;

import io.barnabas.testing.relay.LinkState.Slow;
import io.barnabas.testing.relay.LinkState.Way;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;

/** One way of one connection: what is read at one end is written to the other, when it is due. Confined to the relay's thread. */
final class RelayPipe {
    /** Held in a pipe at most; beyond it the sender is not read from. */
    private static final int MAX_HELD_BYTES = 256 << 10;

    private static final int PIECE_BYTES = 16 << 10;

    private final Way way;
    private final SocketChannel source;
    private final SocketChannel sink;
    private final Random random;
    private final Deque<Piece> held = new ArrayDeque<>();
    private int heldBytes;
    private long lastDueNanos;
    private boolean ended;
    private boolean endPassed;

    private record Piece(long dueNanos, ByteBuffer bytes) {}

    RelayPipe(Way way, SocketChannel source, SocketChannel sink, Random random, long nowNanos) {
        this.way = way;
        this.source = source;
        this.sink = sink;
        this.random = random;
        this.lastDueNanos = nowNanos;
    }

    /** Moves what can be moved. */
    void flow(LinkState link, long nowNanos) throws IOException {
        if (!link.passes(way) || !sink.isConnected()) {
            return;
        }
        while (wantsToRead(link)) {
            ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
            int count = source.read(piece);
            if (count < 0) {
                ended = true;
            } else if (count == 0) {
                break;
            } else {
                heldBytes += count;
                lastDueNanos = Math.max(lastDueNanos, nowNanos + delayNanos(link));
                held.addLast(new Piece(lastDueNanos, piece.flip()));
            }
        }
        write(nowNanos);
    }

    private void write(long nowNanos) throws IOException {
        while (!held.isEmpty() && held.peekFirst().dueNanos - nowNanos <= 0) {
            ByteBuffer bytes = held.peekFirst().bytes;
            heldBytes -= sink.write(bytes);
            if (bytes.hasRemaining()) {
                return;
            }
            held.removeFirst();
        }
        if (ended && !endPassed && held.isEmpty()) {
            endPassed = true;
            sink.shutdownOutput();
        }
    }

    private long delayNanos(LinkState link) {
        if (!(link instanceof Slow slow)) {
            return 0;
        }
        Duration stall = random.nextDouble() < slow.stallChance()
                ? Duration.ofNanos(
                        (long) (random.nextDouble() * slow.longestStall().toNanos()))
                : Duration.ZERO;
        return slow.latency().plus(stall).toNanos();
    }

    boolean wantsToRead(LinkState link) {
        return link.passes(way) && sink.isConnected() && !ended && heldBytes < MAX_HELD_BYTES;
    }

    /** Something is due, and the sink took no more. */
    boolean wantsToWrite(LinkState link, long nowNanos) {
        return link.passes(way) && !held.isEmpty() && held.peekFirst().dueNanos - nowNanos <= 0;
    }

    /** How long until something is due; the longest there is when nothing is held. */
    long untilDueNanos(LinkState link, long nowNanos) {
        return held.isEmpty() || !link.passes(way) ? Long.MAX_VALUE : Math.max(0, held.peekFirst().dueNanos - nowNanos);
    }

    /** All has arrived, the end too. */
    boolean over() {
        return endPassed;
    }
}
