package io.barnabas.broker.peer;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.peer.NewsAnswer.Question;
import io.barnabas.record.BarnabasException;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears from one other node: keeps one poll there and delivers what it brings, each message once.
 *
 * <pre>
 *   SHUT --session given--&gt; OPEN --session unknown there, silence, stopped--&gt; SHUT
 * </pre>
 *
 * <p>A poll that fails is sent again with the same number taken, so that what its answer held is told again. Confined to
 * the node's turns.
 */
final class NewsHearer {
    private static final Logger LOG = LoggerFactory.getLogger(NewsHearer.class);
    private static final long NO_SESSION = 0;
    private static final int FIRST_PAUSE_MS = 50;
    private static final int LONGEST_PAUSE_MS = 1_000;

    private final int nodeId;
    private final PeerCalls calls;
    private final PeerSettings settings;
    private final NewsTurns turns;
    private final ScheduledExecutorService timers;
    private final LongSupplier nanoTime;

    private long session = NO_SESSION;
    private long taken;
    private long heardAtNanos;
    private int pauseMs = FIRST_PAUSE_MS;
    private boolean stopped;

    /** The next poll after one that failed; null before the first failure. */
    private ScheduledFuture<?> retry;

    NewsHearer(
            int nodeId,
            PeerCalls calls,
            PeerSettings settings,
            NewsTurns turns,
            ScheduledExecutorService timers,
            LongSupplier nanoTime) {
        this.nodeId = nodeId;
        this.calls = requireNonNull(calls, "calls");
        this.settings = requireNonNull(settings, "settings");
        this.turns = requireNonNull(turns, "turns");
        this.timers = requireNonNull(timers, "timers");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
    }

    /** From anywhere: begins to ask. */
    void start() {
        turns.of(nodeId).execute(this::poll);
    }

    /** From anywhere: the node is gone; asks no more. */
    void stop() {
        turns.of(nodeId).execute(() -> {
            stopped = true;
            if (retry != null) {
                retry.cancel(false);
            }
            shut();
        });
    }

    private void poll() {
        if (stopped) {
            return;
        }
        Question question = new Question(session, taken);
        // The other node answers after its poll time; what comes later than the silence is as good as never.
        calls.call(nodeId, PeerOperation.NEWS, question.encode(), settings.newsSilenceMs())
                .whenComplete((answer, failure) -> turns.of(nodeId).execute(() -> answered(answer, failure)));
    }

    private void answered(ByteBuffer answer, Throwable failure) {
        if (stopped) {
            return;
        }
        if (failure != null) {
            failed(BarnabasException.of(failure));
            return;
        }
        try {
            take(NewsAnswer.decode(answer));
        } catch (BarnabasException e) {
            failed(e);
            return;
        }
        heardAtNanos = nanoTime.getAsLong();
        pauseMs = FIRST_PAUSE_MS;
        poll();
    }

    private void take(NewsAnswer news) {
        if (session == NO_SESSION) {
            session = news.session();
            taken = 0;
            if (session != NO_SESSION) {
                LOG.debug("hears from another node node={}", nodeId);
                turns.opened(nodeId, session);
            }
        } else if (news.session() != session) {
            shut();
        } else {
            deliver(news);
        }
    }

    private void deliver(NewsAnswer news) {
        long number = news.firstNumber();
        for (NewsAnswer.Message message : news.messages()) {
            if (number > taken) {
                taken = number;
                turns.news(nodeId, message.subject(), message.message());
            }
            number++;
        }
    }

    private void failed(BarnabasException failure) {
        LOG.debug("no news from another node node={} code={}", nodeId, failure.code());
        long silentNanos = nanoTime.getAsLong() - heardAtNanos;
        if (silentNanos > TimeUnit.MILLISECONDS.toNanos(settings.newsSilenceMs())) {
            shut();
        }
        try {
            retry = timers.schedule(() -> turns.of(nodeId).execute(this::poll), pauseMs, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("no more polls, this node goes", e);
        }
        pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    }

    private void shut() {
        if (session != NO_SESSION) {
            session = NO_SESSION;
            taken = 0;
            LOG.debug("hears no more from another node node={}", nodeId);
            turns.broken(nodeId);
        }
    }
}
