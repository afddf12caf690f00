/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool folder_open(struct folder *f)
{
    (void)snprintf(f->path, sizeof(f->path), "/tmp/hallpass-test-XXXXXX");
    return mkdtemp(f->path) != NULL;
}

void folder_empty(const struct folder *f)
{
    DIR *dir = opendir(f->path);
    struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        (void)unlinkat(dirfd(dir), entry->d_name, 0);
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
}

void folder_close(const struct folder *f)
{
    folder_empty(f);
    (void)rmdir(f->path);
}

static bool replace(const char *path)
{
    char other[256];

    (void)snprintf(other, sizeof(other), "%s.new", path);
    int fd = open(other, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    return fd >= 0 && close(fd) == 0 && rename(other, path) == 0;
}

bool folder_mishap(const char *path, enum mishap what)
{
    char other[256];

    (void)snprintf(other, sizeof(other), "%s.%s", path, what == MISHAP_LINK ? "second" : "old");
    switch (what) {
    case MISHAP_UNLINK:
        return unlink(path) == 0;
    case MISHAP_RENAME:
        return rename(path, other) == 0;
    case MISHAP_LINK:
        return link(path, other) == 0;
    case MISHAP_REPLACE:
        return replace(path);
    case MISHAP_COUNT:
        break;
    }
    return false;
}
