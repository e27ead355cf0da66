package io.barnabas.load;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One socket that never blocks: what cannot be written yet waits in a queue, what is read goes to an {@link Input} as far
 * as it is whole. Confined to its loop's thread. The queue is bounded by its users, who ask {@link #queuedBytes}.
 */
final class Connection implements Closeable {
    /** What a connection has received. */
    interface Input {
        /** Takes what is whole from the buffer's position on and leaves the rest; the buffer is used again afterwards. */
        void received(ByteBuffer bytes) throws IOException;

        /** The other side has closed, and nothing more comes. */
        void closed() throws IOException;
    }

    /** A heap buffer is copied by the JDK before each write, all of it whatever part the socket takes. */
    private static final int SLICE_BYTES = 128 * 1024;

    /** Small, because there may be a thousand connections; one that fills its buffer gets a larger one. */
    private static final int INITIAL_BYTES = 16 * 1024;

    private static final int BUSY_BYTES = 256 * 1024;
    private static final int MAX_BYTES = 256 * 1024 * 1024;

    private final SocketChannel channel;
    private final SelectionKey key;
    private final Input input;
    private final Deque<ByteBuffer> queue = new ArrayDeque<>();
    private ByteBuffer incoming = ByteBuffer.allocate(INITIAL_BYTES);
    private long queuedBytes;

    Connection(SocketChannel channel, SelectionKey key, Input input) {
        this.channel = channel;
        this.key = key;
        this.input = input;
    }

    /** Writes at once what the socket takes; the buffer is the connection's from here on. */
    void send(ByteBuffer bytes) throws IOException {
        queue.add(bytes);
        queuedBytes += bytes.remaining();
        flush();
    }

    long queuedBytes() {
        return queuedBytes;
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        key.cancel();
        channel.close();
    }

    /** Reads and writes what is ready. */
    void serve() throws IOException {
        if (key.isValid() && key.isWritable()) {
            flush();
        }
        if (key.isValid() && key.isReadable()) {
            read();
        }
    }

    private void flush() throws IOException {
        ByteBuffer head = queue.peek();
        while (head != null) {
            int limit = head.limit();
            head.limit(Math.min(limit, head.position() + SLICE_BYTES));
            int written = channel.write(head);
            queuedBytes -= written;
            boolean all = !head.hasRemaining();
            head.limit(limit);
            if (!all) {
                break;
            }
            if (!head.hasRemaining()) {
                queue.remove();
            }
            head = queue.peek();
        }
        key.interestOps(queue.isEmpty() ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE);
    }

    private void read() throws IOException {
        if (!incoming.hasRemaining()) {
            grow();
        }
        int limit = incoming.limit();
        incoming.limit(Math.min(limit, incoming.position() + SLICE_BYTES));
        int room = incoming.remaining();
        int count = channel.read(incoming);
        incoming.limit(limit);
        if (count < 0) {
            close();
            input.closed();
            return;
        }
        incoming.flip();
        input.received(incoming);
        incoming.compact();
        if (count == room && incoming.capacity() < BUSY_BYTES) {
            grow();
        }
    }

    private void grow() throws IOException {
        if (incoming.capacity() >= MAX_BYTES) {
            throw new IOException("a message of more than " + MAX_BYTES + " bytes was received");
        }
        incoming = ByteBuffer.allocate(incoming.capacity() * 2).put(incoming.flip());
    }
}
