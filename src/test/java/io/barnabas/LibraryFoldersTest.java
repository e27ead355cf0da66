package io.barnabas;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LibraryFoldersTest {
    /** As the server's view of an application's files. */
    public static final class Files {
        private Object provider = "the libraries";

        public void setJarFileResourcesProvider(String given) {
            provider = given;
        }
    }

    /** What the server puts before its view. */
    public record Proxy(Files getDirContext) {}

    private static class ServerLoader extends ClassLoader {
        @SuppressWarnings("UnusedVariable") // read by reflection, as the server's
        private final Proxy resources;

        ServerLoader(Proxy resources) {
            this.resources = resources;
        }
    }

    private static final class ApplicationLoader extends ServerLoader {
        ApplicationLoader(Proxy resources) {
            super(resources);
        }
    }

    @Test
    void takesTheLibrariesOutOfTheServersView() {
        // given
        Files files = new Files();
        // when
        boolean hidden = LibraryFolders.hide(new ApplicationLoader(new Proxy(files)));
        // then
        assertThat(hidden).isTrue();
        assertThat(files.provider).isNull();
    }

    @Test
    void leavesAnotherServerAsItIs() {
        // when
        boolean hidden = LibraryFolders.hide(new ClassLoader() {});
        // then
        assertThat(hidden).isFalse();
    }
}
