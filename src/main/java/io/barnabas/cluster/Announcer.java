package io.barnabas.cluster;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners, in the order they registered. One that throws is logged and does not keep the others from hearing.
 * Registration is thread-safe; telling is confined to the event thread.
 */
final class Announcer {
    private static final Logger LOG = LoggerFactory.getLogger(Announcer.class);

    private final List<Cluster.Listener> listeners = new CopyOnWriteArrayList<>();

    void add(Cluster.Listener listener) {
        listeners.add(listener);
    }

    void tell(Consumer<Cluster.Listener> event) {
        for (Cluster.Listener listener : listeners) {
            try {
                event.accept(listener);
            } catch (RuntimeException e) {
                LOG.error(
                        "a cluster listener failed listener={}",
                        listener.getClass().getName(),
                        e);
            }
        }
    }

    void owned(List<Holdings.Change> changes) {
        changes.forEach(change -> tell(listener -> listener.owned(change.topic(), change.partition(), change.epoch())));
    }

    void disowned(List<Holdings.Change> changes) {
        changes.forEach(change -> tell(listener -> listener.disowned(change.topic(), change.partition())));
    }
}
