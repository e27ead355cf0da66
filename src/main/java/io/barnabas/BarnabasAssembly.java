package io.barnabas;

import io.barnabas.cluster.Cluster;
import io.barnabas.log.EngineStatus;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;

/**
 * Builds the node: every long-lived object, once, as a bean that anything can be given. Building starts nothing; what
 * has to be started is in the list of {@link #parts}, which is the order.
 *
 * <p>Objects are produced as {@code @Singleton}: their classes stay final and plain, and no proxy stands between a
 * record and the log.
 */
@ApplicationScoped
class BarnabasAssembly {
    @Produces
    @Singleton
    BarnabasSettings settings(Config config) {
        SettingNames names = SettingNames.packed();
        names.refuseUnknown(config.getPropertyNames(), System.getenv());
        return BarnabasSettings.read(new SettingsReader(name -> config.getOptionalValue(name, String.class)));
    }

    @Produces
    @Singleton
    DataDirectory dataDirectory(BarnabasSettings settings) {
        return new DataDirectory(settings.dataDir());
    }

    @Produces
    @Singleton
    Parts parts(DataDirectory dataDirectory) {
        return new Parts(List.of(new Part("data folder", dataDirectory::open, dataDirectory::close)));
    }

    @Produces
    @Singleton
    NodeState state(Parts parts) {
        return new NodeState() {
            @Override
            public Parts.Phase phase() {
                return parts.phase();
            }

            @Override
            public boolean draining() {
                return false;
            }

            @Override
            public Cluster.Session zookeeper() {
                return Cluster.Session.STARTING;
            }

            @Override
            public EngineStatus engine() {
                return new EngineStatus.Closed();
            }

            @Override
            public int partitionsOwned() {
                return 0;
            }

            @Override
            public int partitionsOpen() {
                return 0;
            }

            @Override
            public Optional<String> stuck() {
                return Optional.empty();
            }
        };
    }
}
