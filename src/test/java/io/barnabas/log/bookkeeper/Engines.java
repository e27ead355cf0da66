package io.barnabas.log.bookkeeper;

import io.barnabas.log.EmbeddedLogSettings;
import io.barnabas.log.LogEvents;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;

/** Engines that share bookies and documents, each as if on a node of its own; closes what it made. */
final class Engines implements AutoCloseable {
    private final String zooKeeper;
    private final InMemoryDocuments documents = new InMemoryDocuments();
    private final List<BookKeeperLogEngine> made = new ArrayList<>();

    Engines(Bookies bookies) {
        this(bookies.zooKeeper());
    }

    /** @param zooKeeper where bookies are registered below {@link Bookies#ROOT} */
    Engines(String zooKeeper) {
        this.zooKeeper = zooKeeper;
    }

    InMemoryDocuments documents() {
        return documents;
    }

    BookKeeperLogEngine engine() {
        return engine(BookKeeperSettings.DEFAULTS);
    }

    BookKeeperLogEngine engine(BookKeeperSettings settings) {
        return engine(settings, Clock.systemUTC());
    }

    BookKeeperLogEngine engine(BookKeeperSettings settings, Clock clock) {
        return engine(settings, clock, StorageListener.NONE);
    }

    BookKeeperLogEngine engine(BookKeeperSettings settings, Clock clock, StorageListener storage) {
        BookKeeperLogEngine engine = new BookKeeperLogEngine(
                settings,
                EmbeddedLogSettings.DEFAULTS,
                zooKeeper,
                Bookies.ROOT + "/" + settings.root(),
                10_000,
                documents,
                () -> false,
                clock,
                System::nanoTime,
                ForkJoinPool.commonPool(),
                Thread::new,
                LogEvents.NONE,
                storage);
        made.add(engine);
        return engine;
    }

    @Override
    public void close() {
        made.forEach(BookKeeperLogEngine::close);
    }
}
