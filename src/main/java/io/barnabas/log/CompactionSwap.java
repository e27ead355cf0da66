package io.barnabas.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Puts a compacted segment in the place of those it was made from, so that after a crash at any moment the folder holds
 * either all the old ones or the new one.
 *
 * <pre>
 *   1. {base}.log.cleaned, .index.cleaned, .timeindex.cleaned are written and forced
 *   2. {base}.swap, a line per replaced base offset, appears durably: from here on the swap is done
 *   3. cleaned files are renamed over {base}.log and its indexes; the other old files go
 *   4. {base}.swap goes
 * </pre>
 */
final class CompactionSwap {
    private static final int FILE_BYTES_MOST = 16 << 20;
    private static final List<String> SUFFIXES = List.of(".log", ".index", ".timeindex");

    private CompactionSwap() {}

    /** The moment from which the cleaned segment counts. */
    static void commit(LogFiles files, Path folder, long base, List<Long> replaced) throws IOException {
        StringBuilder text = new StringBuilder();
        replaced.forEach(each -> text.append(each).append('\n'));
        PartitionFolder.writeText(files, PartitionFolder.swapFile(folder, base), text.toString());
    }

    /** Does what is left of every swap that counts; used after a commit and at start. */
    static void finish(LogFiles files, Path folder) throws IOException {
        for (long base : PartitionFolder.offsets(files, folder, ".swap")) {
            Path manifest = PartitionFolder.swapFile(folder, base);
            List<Long> replaced = PartitionFolder.readText(files, manifest, FILE_BYTES_MOST)
                    .lines()
                    .map(Long::valueOf)
                    .toList();
            for (String suffix : SUFFIXES) {
                Path cleaned = folder.resolve(PartitionFolder.name(base) + suffix + PartitionFolder.CLEANED);
                if (files.exists(cleaned)) {
                    files.rename(cleaned, folder.resolve(PartitionFolder.name(base) + suffix));
                }
            }
            for (long old : replaced) {
                for (String suffix : SUFFIXES) {
                    if (old != base) {
                        files.delete(folder.resolve(PartitionFolder.name(old) + suffix));
                    }
                }
            }
            files.forceFolder(folder);
            files.delete(manifest);
            files.forceFolder(folder);
        }
    }
}
