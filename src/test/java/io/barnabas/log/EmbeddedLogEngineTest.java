package io.barnabas.log;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedLogEngineTest extends LogEngineContract {
    @TempDir
    Path dataDir;

    private final List<LogEngine> started = new ArrayList<>();

    @Override
    protected LogEngine engine() {
        LogEngine engine = new EmbeddedLogEngine(
                dataDir,
                EmbeddedLogSettings.DEFAULTS,
                new DiskFiles(),
                Clock.systemUTC(),
                System::nanoTime,
                ForkJoinPool.commonPool(),
                Thread::new,
                LogEvents.NONE);
        started.add(engine);
        return engine;
    }

    @AfterEach
    void stop() {
        started.forEach(LogEngine::close);
    }
}
