package io.barnabas;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.record.BarnabasException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    @TempDir
    Path directory;

    @Test
    void isHeldByOneUntilItIsClosed() {
        // given
        DataDirectory first = new DataDirectory(directory.resolve("deep/data"));
        DataDirectory second = new DataDirectory(directory.resolve("deep/data"));
        first.open();
        assertThatThrownBy(second::open)
                .isInstanceOf(BarnabasException.class)
                .hasMessageContaining("is in use by another process");
        // when
        first.close();
        // then
        assertThatCode(second::open).doesNotThrowAnyException();
        second.close();
        second.close();
    }

    @Test
    void refusesAFileInItsPlace() throws IOException {
        // given
        Path file = Files.createFile(directory.resolve("data"));
        // when
        DataDirectory data = new DataDirectory(file);
        // then
        assertThatThrownBy(data::open).isInstanceOf(BarnabasException.class).hasMessageContaining(file.toString());
        data.close();
    }
}
