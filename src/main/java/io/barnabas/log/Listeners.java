package io.barnabas.log;

import io.barnabas.log.PartitionLog.Registration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** Who hears of a log's high watermark. Thread-safe; calls nobody on the thread that tells it. */
final class Listeners {
    private final Executor executor;
    private final LongSupplier highWatermark;
    private final List<LongConsumer> listeners = new CopyOnWriteArrayList<>();
    private final AtomicBoolean notifying = new AtomicBoolean();

    Listeners(Executor executor, LongSupplier highWatermark) {
        this.executor = executor;
        this.highWatermark = highWatermark;
    }

    Registration add(LongConsumer listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** The high watermark may have moved. Calls are merged: one that runs sees the newest value. */
    void moved() {
        if (!listeners.isEmpty() && notifying.compareAndSet(false, true)) {
            executor.execute(() -> {
                notifying.set(false);
                long now = highWatermark.getAsLong();
                listeners.forEach(listener -> listener.accept(now));
            });
        }
    }
}
