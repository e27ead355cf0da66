package io.barnabas.log.bookkeeper;

import io.barnabas.log.EngineStatus;
import io.barnabas.log.LogConfig;
import io.barnabas.log.LogEngine;
import io.barnabas.log.LogEngineContract;
import io.barnabas.log.LogId;
import io.barnabas.log.PartitionLog;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** The contract on real bookies. A partition is claimed before it is opened, as a node does it. */
@ExtendWith(WithBookies.class)
class BookKeeperLogEngineTest extends LogEngineContract {
    private final Engines engines;

    BookKeeperLogEngineTest(Bookies bookies) {
        engines = new Engines(bookies);
    }

    @Override
    protected LogEngine engine() {
        return new ClaimingEngine(engines.engine(), engines.documents());
    }

    @AfterEach
    void stop() {
        engines.close();
    }

    private record ClaimingEngine(LogEngine engine, InMemoryDocuments documents) implements LogEngine {
        @Override
        public CompletionStage<PartitionLog> open(LogId id, int epoch, LogConfig config) {
            documents.claim(id, epoch);
            return engine.open(id, epoch, config);
        }

        @Override
        public CompletionStage<Void> delete(LogId id) {
            documents.deleteTopic(id);
            return engine.delete(id);
        }

        @Override
        public EngineStatus status() {
            return engine.status();
        }

        @Override
        public void close() {
            engine.close();
        }
    }
}
