package io.barnabas;

import io.barnabas.cluster.Cluster;
import io.barnabas.cluster.ClusterSettings;
import io.barnabas.cluster.ClusterView;
import io.barnabas.cluster.StorageReport;
import io.barnabas.cluster.StorageState;
import io.barnabas.cluster.ZooKeeperCluster;
import io.barnabas.cluster.ZooKeeperFolder;
import io.barnabas.log.DiskFiles;
import io.barnabas.log.EmbeddedLogEngine;
import io.barnabas.log.LogEngine;
import io.barnabas.log.LogEvents;
import io.barnabas.log.StorageReach;
import io.barnabas.log.bookkeeper.BookKeeperLogEngine;
import java.time.Clock;
import java.util.OptionalInt;
import java.util.concurrent.Executor;

/** Makes the log engine that the settings ask for. */
final class LogEngines {
    private final BarnabasSettings settings;
    private final NodeThreads threads;
    private final Clock clock;
    private final Executor responders;
    private final LogEvents events;

    LogEngines(BarnabasSettings settings, NodeThreads threads, Clock clock, Executor responders, LogEvents events) {
        this.settings = settings;
        this.threads = threads;
        this.clock = clock;
        this.responders = responders;
        this.events = events;
    }

    LogEngine local() {
        return new EmbeddedLogEngine(
                settings.dataDir(),
                settings.log(),
                new DiskFiles(),
                clock,
                System::nanoTime,
                responders,
                threads.factory("log"),
                events);
    }

    /** Needs a ZooKeeper that answers, and a cluster that has not started yet, as it will open partitions at once. */
    LogEngine bookkeeper(ClusterSettings clusterSettings, ZooKeeperCluster cluster) {
        // BookKeeper makes its own part of the metadata, and not what is above it.
        ZooKeeperFolder.make(clusterSettings, threads.factory("log"));
        BookKeeperLogEngine engine = new BookKeeperLogEngine(
                settings.bookkeeper(),
                settings.log(),
                clusterSettings.connect(),
                clusterSettings.root() + "/" + settings.bookkeeper().root(),
                clusterSettings.sessionTimeoutMs(),
                new PartDocuments(cluster.parts()),
                () -> leads(cluster.view()),
                clock,
                System::nanoTime,
                responders,
                threads.factory("log"),
                events,
                (reach, proof) -> cluster.reportStorage(new StorageReport(state(reach), proof)));
        cluster.listen(new Cluster.Listener() {
            @Override
            public void remainsFound() {
                engine.deleteRemains();
            }

            @Override
            public void proofWanted(long changeId) {
                engine.prove(changeId);
            }
        });
        return engine;
    }

    private static StorageState state(StorageReach reach) {
        return switch (reach) {
            case ABLE -> StorageState.ABLE;
            case IMPAIRED -> StorageState.IMPAIRED;
            case RECOVERING -> StorageState.RECOVERING;
        };
    }

    private static boolean leads(ClusterView view) {
        return view.controllerId().equals(OptionalInt.of(view.thisNodeId()));
    }
}
