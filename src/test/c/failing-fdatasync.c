/*
 * Preloaded into a process, lets fdatasync of the log's journal fail with EIO for as long as the file named by
 * FDATASYNC_FAILS_WHILE exists. Everything else goes to the C library.
 *
 *   gcc -shared -fPIC -o failing-fdatasync.so failing-fdatasync.c -ldl
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int fdatasync(int fd) {
    const char *trigger = getenv("FDATASYNC_FAILS_WHILE");
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length > 0 ? length : 0] = 0;
    if (trigger && access(trigger, F_OK) == 0 && strstr(path, ".journal")) {
        errno = EIO;
        return -1;
    }
    return ((int (*)(int)) dlsym(RTLD_NEXT, "fdatasync"))(fd);
}
