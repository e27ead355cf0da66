package io.barnabas.broker.peer;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.peer.NewsAnswer.Question;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Tells one other node what is new: keeps its poll until there is something.
 *
 * <pre>
 *   NO SESSION --asked for a new one--&gt; SESSION --full, silent, gone, asked for a new one--&gt; NO SESSION
 *
 *   in a session:  nobody asks --asked, nothing new--&gt; poll kept --something new, poll time over--&gt; nobody asks
 * </pre>
 *
 * <p>Thread-safe. One lock, held for a few instructions; polls are answered and listeners called outside of it.
 */
final class NewsTeller {
    private static final long NO_SESSION = 0;

    private final int nodeId;
    private final PeerSettings settings;
    private final NewsTurns turns;
    private final ScheduledExecutorService timers;
    private final LongSupplier nanoTime;
    private final LongSupplier sessions;

    private final Object lock = new Object();

    // Guarded by the lock.
    private long session = NO_SESSION;
    private Mailbox mailbox;
    private Poll kept;
    private long heardAtNanos;

    NewsTeller(
            int nodeId,
            PeerSettings settings,
            NewsTurns turns,
            ScheduledExecutorService timers,
            LongSupplier nanoTime,
            LongSupplier sessions) {
        this.nodeId = nodeId;
        this.settings = requireNonNull(settings, "settings");
        this.turns = requireNonNull(turns, "turns");
        this.timers = requireNonNull(timers, "timers");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
        this.sessions = requireNonNull(sessions, "sessions");
    }

    /** The other node asks. */
    CompletionStage<ByteBuffer> ask(Question question) {
        return question.session() == NO_SESSION ? begin() : goOn(question);
    }

    /** The first answer goes out when everybody here knows of the session: then nothing that names it comes too early. */
    private CompletionStage<ByteBuffer> begin() {
        end();
        long fresh;
        synchronized (lock) {
            do {
                fresh = sessions.getAsLong();
            } while (fresh == NO_SESSION);
            session = fresh;
            mailbox = new Mailbox(settings.maxNews(), settings.maxNewsBytes());
            heardAtNanos = nanoTime.getAsLong();
        }
        long begun = fresh;
        CompletableFuture<ByteBuffer> answer = new CompletableFuture<>();
        turns.of(nodeId).execute(() -> {
            turns.began(nodeId, begun);
            answer.complete(NewsAnswer.none(begun).encode());
        });
        return answer;
    }

    private CompletionStage<ByteBuffer> goOn(Question question) {
        Poll poll = new Poll();
        Poll older;
        NewsAnswer news;
        synchronized (lock) {
            if (question.session() != session) {
                return CompletableFuture.completedFuture(
                        NewsAnswer.none(NO_SESSION).encode());
            }
            heardAtNanos = nanoTime.getAsLong();
            mailbox.taken(question.taken());
            older = kept;
            news = next().orElse(null);
            kept = news == null ? poll : null;
        }
        if (older != null) { // its connection broke, or this one would not be here
            older.answer(NewsAnswer.none(question.session()));
        }
        if (news == null) {
            poll.keep();
        } else {
            poll.answer(news);
        }
        return poll.answer;
    }

    private Optional<NewsAnswer> next() {
        return mailbox.next(session, settings.maxBodyBytes() / 2);
    }

    /** Puts news into the mailbox; {@code put} answers false when it is full. */
    void tell(long under, Predicate<Mailbox> put) {
        Poll poll;
        NewsAnswer news = null;
        boolean full;
        synchronized (lock) {
            if (under != session) {
                return;
            }
            full = !put.test(mailbox);
            poll = kept;
            if (!full && poll != null) {
                news = next().orElse(null);
                kept = null;
            }
        }
        if (full) {
            end();
        } else if (poll != null) {
            poll.answer(news == null ? NewsAnswer.none(under) : news);
        }
    }

    /** Ends the session when the other node has been silent for too long. */
    void sweep() {
        boolean silent;
        synchronized (lock) {
            long silentNanos = nanoTime.getAsLong() - heardAtNanos;
            silent = session != NO_SESSION
                    && kept == null
                    && silentNanos > TimeUnit.MILLISECONDS.toNanos(settings.newsSilenceMs());
        }
        if (silent) {
            end();
        }
    }

    /** Ends the session, if there is one; what was not told is dropped. */
    void end() {
        long over;
        Poll poll;
        synchronized (lock) {
            over = session;
            poll = kept;
            session = NO_SESSION;
            mailbox = null;
            kept = null;
        }
        if (poll != null) {
            poll.answer(NewsAnswer.none(NO_SESSION));
        }
        if (over != NO_SESSION) {
            turns.of(nodeId).execute(() -> turns.ended(nodeId, over));
        }
    }

    private void pollTimeOver(Poll poll) {
        long now;
        synchronized (lock) {
            if (kept != poll) {
                return;
            }
            kept = null;
            now = session;
            heardAtNanos = nanoTime.getAsLong();
        }
        poll.answer(NewsAnswer.none(now));
    }

    /** One question that is answered later. */
    private final class Poll {
        private final CompletableFuture<ByteBuffer> answer = new CompletableFuture<>();

        void keep() {
            ScheduledFuture<?> over =
                    timers.schedule(() -> pollTimeOver(this), settings.newsPollMs(), TimeUnit.MILLISECONDS);
            CompletionStage<ByteBuffer> answered = answer;
            answered.whenComplete((done, failure) -> over.cancel(false));
        }

        void answer(NewsAnswer news) {
            answer.complete(news.encode());
        }
    }
}
