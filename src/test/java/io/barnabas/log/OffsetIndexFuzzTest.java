package io.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.barnabas.testing.MemoryFiles;
import java.io.IOException;
import java.nio.file.Path;

/** Whatever lies in an offset index: refused, or of use. */
class OffsetIndexFuzzTest {
    private static final Path DATA = Path.of("/data");
    private static final Path FILE = DATA.resolve("file");
    private static final int SEGMENT_BYTES = 1 << 20;

    @FuzzTest(maxDuration = "1m")
    void looksUpOffsetsOnlyInsideOfTheSegment(byte[] data) throws IOException {
        OffsetIndex index = new OffsetIndex(file(data), 0);
        if (!index.sane(SEGMENT_BYTES)) {
            return;
        }
        for (long offset : new long[] {0, 1, 1_000, Integer.MAX_VALUE}) {
            OffsetIndex.Entry floor = index.floor(offset);
            if (floor != null) {
                assertThat(floor.lastOffset()).isBetween(0L, offset);
                assertThat(floor.position()).isBetween(0, SEGMENT_BYTES - 1);
            }
        }
        index.truncate(SEGMENT_BYTES / 2);
        assertThat(index.sane(SEGMENT_BYTES / 2)).isTrue();
    }

    private static CachedFile file(byte[] data) {
        MemoryFiles files = new MemoryFiles();
        files.createFolders(DATA);
        files.put(FILE, data);
        return new FileCache(files, 4, (path, failure) -> {}).file(FILE, false);
    }
}
