package io.barnabas.log;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Memory outside the heap that recoveries read segments through, used again: as many as run at a time, which the
 * threads that open logs bound. Thread-safe.
 */
final class ScanWindows {
    private static final int WINDOW_BYTES = 1 << 20;

    private final ConcurrentLinkedQueue<ByteBuffer> idle = new ConcurrentLinkedQueue<>();

    ByteBuffer take() {
        ByteBuffer window = idle.poll();
        return window == null ? ByteBuffer.allocateDirect(WINDOW_BYTES) : window;
    }

    void giveBack(ByteBuffer window) {
        idle.add(window);
    }
}
