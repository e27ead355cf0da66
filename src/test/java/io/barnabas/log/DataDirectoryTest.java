package io.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.log.DataDirectory.Meta;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    @TempDir
    Path path;

    @Test
    void isHeldByOneAtATime() {
        // given
        try (DataDirectory held = DataDirectory.open(path, new DiskFiles())) {
            // when, then
            assertThat(held.path()).isEqualTo(path);
            assertThatThrownBy(() -> DataDirectory.open(path, new DiskFiles()))
                    .hasMessageContaining(path.toString())
                    .hasMessageContaining("another process");
        }
        DataDirectory.open(path, new DiskFiles()).close();
    }

    @Test
    void remembersWhoseItIs() {
        // given
        try (DataDirectory first = DataDirectory.open(path, new DiskFiles())) {
            assertThat(first.meta()).isEmpty();
            first.claim(new Meta("node-1", "cluster"));
        }
        // when
        try (DataDirectory again = DataDirectory.open(path, new DiskFiles())) {
            // then
            assertThat(again.meta()).contains(new Meta("node-1", "cluster"));
            again.claim(new Meta("node-1", "cluster"));
            assertThatThrownBy(() -> again.claim(new Meta("node-2", "cluster"))).hasMessageContaining("node-1");
        }
    }

    @Test
    void refusesAFolderOfANewerVersionAndLetsItGo() throws IOException {
        // given
        Path meta = path.resolve("meta.properties");
        Files.writeString(meta, "version=2\nnode.id=a\ncluster.id=b\n");
        // when, then
        assertThatThrownBy(() -> DataDirectory.open(path, new DiskFiles()))
                .hasMessageContaining("version 2")
                .hasMessageContaining("newer Barnabas");
        // and, once it is an older one again
        Files.writeString(meta, "version=1\nnode.id=a\ncluster.id=b\n");
        try (DataDirectory taken = DataDirectory.open(path, new DiskFiles())) {
            assertThat(taken.meta()).contains(new Meta("a", "b"));
        }
    }
}
