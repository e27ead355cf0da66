package io.barnabas.websocket;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.ClientEvents;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;

/** What one socket refuses: writes the error frames and tells of each refusal once. Thread-safe; used by the socket. */
final class ErrorFrames {
    private final ServerFrames frames;
    private final ClientEvents events;

    ErrorFrames(ServerFrames frames, ClientEvents events) {
        this.frames = requireNonNull(frames, "frames");
        this.events = requireNonNull(events, "events");
    }

    /** The frame that answers the one with this id. */
    byte[] refusing(FrameId id, BarnabasException failure) {
        refused(failure.code());
        return frames.error(id, failure);
    }

    /** Tells of a refusal that is answered in another frame, or not at all. */
    void refused(ErrorCode code) {
        events.rejected(ClientEvents.FrontEnd.WEBSOCKET, code);
    }
}
