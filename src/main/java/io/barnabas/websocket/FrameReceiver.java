package io.barnabas.websocket;

import java.nio.ByteBuffer;

/** Takes what the other end of a connection sends, frame by frame, in order, one call at a time. */
interface FrameReceiver {
    /** A text frame came. */
    void text(String text);

    /**
     * A binary frame came.
     *
     * @param frame belongs to the receiver from now on
     */
    void binary(ByteBuffer frame);
}
