package io.barnabas.websocket;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * Keeps the answers to produce frames in the order of the frames, whichever is ready first. Bounded by the frames in
 * flight. Confined to the socket's turns.
 */
final class Answers {
    private final Consumer<Message> outbound;
    private final Deque<Answer> open = new ArrayDeque<>();

    Answers(Consumer<Message> outbound) {
        this.outbound = requireNonNull(outbound, "outbound");
    }

    /** The answer that is to be sent after those asked for before it. */
    Answer next() {
        Answer answer = new Answer();
        open.add(answer);
        return answer;
    }

    private void sendReady() {
        while (!open.isEmpty() && open.peek().ready) {
            Message frame = open.remove().frame;
            if (frame != null) {
                outbound.accept(frame);
            }
        }
    }

    /** A place in the line. */
    final class Answer {
        private boolean ready;
        private Message frame;

        /** @param answer null when nothing is to be answered */
        void complete(Message answer) {
            frame = answer;
            ready = true;
            sendReady();
        }
    }
}
