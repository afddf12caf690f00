/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files under a store: created with mode 0600 whatever the umask, and known
 * by device and inode, so that a database that was deleted, renamed or replaced
 * under a running writer is noticed. Nothing here opens a file that exists.
 */
#include "base/mem.h"
#include "store/store_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

/* Makes the new name durable: a file that a power cut takes away loses its rows with it. */
static enum err sync_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL ? mem_copy(".", 1) : mem_copy(path, (size_t)(slash - path) + 1);

    if (folder == NULL) {
        return ERR_MEMORY;
    }
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0) {
        (void)close(fd);
    }
    mem_free(folder);
    return ok ? OK : ERR_STORE;
}

static enum err create(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd < 0 && errno == ENOENT) {
        return ERR_NOT_FOUND;
    }
    if (fd < 0) {
        return errno == ENOSPC || errno == EDQUOT ? ERR_STORE_FULL : ERR_STORE;
    }
    /* Closing is harmless here: the file is new, nobody holds a lock on it. */
    return close(fd) == 0 ? sync_folder_of(path) : ERR_STORE;
}

static enum err tighten(const char *path, const struct stat *st, enum store_mode mode)
{
    if (!S_ISREG(st->st_mode)) {
        return ERR_INPUT;
    }
    if (mode == STORE_READ) {
        return OK;
    }
    if (st->st_uid != geteuid()) {
        return ERR_INPUT;
    }
    if ((st->st_mode & 07777) != 0600 && chmod(path, 0600) != 0) {
        return ERR_STORE;
    }
    return OK;
}

enum err store_claim(const char *path, enum store_mode mode)
{
    struct stat st;

    if (path == NULL || path[0] == '\0' || path[0] == ':') {
        return ERR_INPUT;
    }
    if (lstat(path, &st) == 0) {
        return tighten(path, &st, mode);
    }
    if (errno != ENOENT) {
        return errno == ENOTDIR ? ERR_NOT_FOUND : ERR_STORE;
    }
    return mode == STORE_CREATE ? create(path) : ERR_NOT_FOUND;
}

static bool identify(const char *path, struct store_identity *out)
{
    struct stat st;

    if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_nlink != 1) {
        return false;
    }
    *out = (struct store_identity){st.st_dev, st.st_ino};
    return true;
}

static bool same(struct store_identity a, struct store_identity b)
{
    return a.device == b.device && a.inode == b.inode;
}

/* True if a descriptor of this process is open on that file. */
static bool held(struct store_identity id)
{
    DIR *fds = opendir("/proc/self/fd");
    struct dirent *entry;
    struct stat st;
    bool found = false;

    while (fds != NULL && !found && (entry = readdir(fds)) != NULL) {
        uint64_t fd = 0;

        found = span_to_u64(span_str(entry->d_name), INT_MAX, &fd) && fstat((int)fd, &st) == 0 &&
                same(id, (struct store_identity){st.st_dev, st.st_ino});
    }
    if (fds != NULL) {
        (void)closedir(fds);
    }
    return found;
}

enum err store_remember(struct store *s)
{
    bool ok = identify(s->path, &s->main_file) && identify(s->wal_path, &s->wal_file) &&
              held(s->main_file) && held(s->wal_file);

    return ok ? OK : ERR_STORE;
}

enum err store_unmoved(const struct store *s)
{
    struct store_identity now;

    if (!identify(s->path, &now) || !same(now, s->main_file)) {
        return ERR_LEDGER_MOVED;
    }
    if (!identify(s->wal_path, &now) || !same(now, s->wal_file)) {
        return ERR_LEDGER_MOVED;
    }
    return OK;
}
