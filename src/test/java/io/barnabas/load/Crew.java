package io.barnabas.load;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Threads that do one phase of a trial. All get ready first (connections are opened), then start together; when one
 * fails, all stop. Started and awaited by one thread.
 */
final class Crew {
    private static final long PATIENCE_SECONDS = 60;

    /** Work of one thread: first {@link #prepare}, then, when all are ready, {@link #run}. */
    interface Member {
        void prepare() throws IOException;

        void run() throws IOException;

        /** Called in any case, by the same thread. */
        void close() throws IOException;
    }

    private final List<Thread> members = new ArrayList<>();
    private final CountDownLatch ready;
    private final CountDownLatch go = new CountDownLatch(1);
    private final CountDownLatch done;

    /** Set by whoever watches or by a member that failed; all members look at it. */
    private volatile boolean stopped;

    /** The first failure wins; read by the one who watches. */
    private volatile Throwable failure;

    /** A crew of these, whose threads begin to prepare. */
    Crew(String name, List<? extends Member> work) {
        ready = new CountDownLatch(work.size());
        done = new CountDownLatch(work.size());
        for (Member member : work) {
            Thread thread = new Thread(() -> work(member), name + "-" + members.size());
            thread.setDaemon(true);
            members.add(thread);
        }
    }

    /** Prepares all; returns when all are ready. */
    void prepare() throws IOException, InterruptedException {
        members.forEach(Thread::start);
        if (!ready.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            stop();
            throw new IOException("connections could not be opened within " + PATIENCE_SECONDS + " s");
        }
        failOnError();
    }

    void start() {
        go.countDown();
    }

    boolean stopped() {
        return stopped;
    }

    void stop() {
        stopped = true;
        go.countDown();
    }

    /** Waits for the end, at most so long; true when all have ended. */
    boolean await(long waitMs) throws IOException, InterruptedException {
        boolean ended = done.await(waitMs, TimeUnit.MILLISECONDS);
        failOnError();
        return ended;
    }

    /** Stops all and waits until they have ended, so that what they wrote can be read. */
    void end() throws InterruptedException {
        stop();
        for (Thread member : members) {
            member.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        }
    }

    private void failOnError() throws IOException {
        if (failure != null) {
            throw new IOException(failure.getMessage(), failure);
        }
    }

    private void work(Member member) {
        try {
            prepareAndRun(member);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail(e);
        } catch (IOException | RuntimeException e) {
            fail(e);
        } finally {
            done.countDown();
        }
    }

    private void prepareAndRun(Member member) throws IOException, InterruptedException {
        try {
            try {
                member.prepare();
            } finally {
                ready.countDown();
            }
            go.await();
            member.run();
        } finally {
            member.close();
        }
    }

    private void fail(Throwable reason) {
        if (failure == null) {
            failure = reason;
        }
        stop();
    }
}
