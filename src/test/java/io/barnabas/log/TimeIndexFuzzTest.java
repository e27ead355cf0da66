package io.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.barnabas.testing.MemoryFiles;
import java.io.IOException;
import java.nio.file.Path;

/** Whatever lies in a time index: refused, or of use. */
class TimeIndexFuzzTest {
    private static final Path DATA = Path.of("/data");
    private static final Path FILE = DATA.resolve("file");

    @FuzzTest(maxDuration = "1m")
    void looksUpTimesOnlyWhereTimesRise(byte[] data) throws IOException {
        TimeIndex index = new TimeIndex(file(data), 0);
        if (!index.sane()) {
            return;
        }
        for (long timestamp : new long[] {0, 1_000, Long.MAX_VALUE}) {
            TimeIndex.Entry below = index.below(timestamp);
            if (below != null) {
                assertThat(below.timestamp()).isBetween(0L, timestamp - 1);
                assertThat(below.lastOffset()).isNotNegative();
            }
        }
        index.truncate(1_000);
        assertThat(index.sane()).isTrue();
    }

    private static CachedFile file(byte[] data) {
        MemoryFiles files = new MemoryFiles();
        files.createFolders(DATA);
        files.put(FILE, data);
        return new FileCache(files, 4, (path, failure) -> {}).file(FILE, false);
    }
}
