package io.barnabas.websocket;

import io.barnabas.broker.subscription.Outlet;
import io.barnabas.broker.subscription.Portion;
import io.barnabas.record.BarnabasException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A portion that became one frame, the same for everyone who gets it. Immutable.
 *
 * @param frame empty when the portion does not make exactly one: too large, nothing in it, or damaged
 * @param count of its records
 * @param nextOffset behind them
 */
record WholeFrame(Optional<Message> frame, int count, long nextOffset) implements Portion.Form {
    private static final WholeFrame NONE = new WholeFrame(Optional.empty(), 0, 0);

    /** @param opening opens the feed that makes the portion's frames */
    static WholeFrame of(Function<Consumer<Message>, Outlet.Feed> opening) {
        List<Message> frames = new ArrayList<>();
        try {
            Outlet.Feed feed = opening.apply(frames::add);
            int count = feed.send(Integer.MAX_VALUE);
            boolean whole = count > 0 && feed.send(Integer.MAX_VALUE) == 0;
            return whole ? new WholeFrame(Optional.of(frames.get(0)), count, feed.nextOffset()) : NONE;
        } catch (BarnabasException e) { // each reader meets it again where it stands, and is told
            return NONE;
        }
    }

    @Override
    public int bytes() {
        return frame.map(Message::bytes).orElse(0);
    }
}
