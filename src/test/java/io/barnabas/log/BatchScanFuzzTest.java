package io.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.barnabas.testing.Checksums;
import io.barnabas.testing.MemoryFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Whatever lies in a segment: whole batches in order, then the end. */
class BatchScanFuzzTest {
    private static final Path DATA = Path.of("/data");
    private static final Path FILE = DATA.resolve("file");

    @FuzzTest(maxDuration = "1m")
    void scansASegmentToItsLastWholeBatch(byte[] data) throws IOException {
        Checksums.ofBatches(ByteBuffer.wrap(data));
        CachedFile segment = file(data);
        BatchScan scan = new BatchScan(segment, 0, data.length, 0, true);
        long before = 0;
        while (scan.next()) {
            assertThat(scan.head().baseOffset()).isGreaterThanOrEqualTo(before);
            assertThat(scan.position()).isGreaterThan(scan.head().position()).isLessThanOrEqualTo(data.length);
            before = scan.head().endOffset();
        }
        long next = BatchScan.findValid(segment, scan.position() - 1, data.length, 0);
        assertThat(next).isGreaterThanOrEqualTo(-1).isLessThan(data.length == 0 ? 1 : data.length);
    }

    private static CachedFile file(byte[] data) {
        MemoryFiles files = new MemoryFiles();
        files.createFolders(DATA);
        files.put(FILE, data);
        return new FileCache(files, 4, (path, failure) -> {}).file(FILE, false);
    }
}
