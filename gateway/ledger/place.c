/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folder, its lock and its ballast. None of these files is a database, so
 * opening and closing them drops no lock of SQLite's.
 */
#include "ledger/place.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef FUSE_SUPER_MAGIC
#define FUSE_SUPER_MAGIC 0x65735546
#endif
#ifndef CIFS_SUPER_MAGIC
#define CIFS_SUPER_MAGIC 0xFF534D42
#endif
#ifndef SMB2_SUPER_MAGIC
#define SMB2_SUPER_MAGIC 0xFE534D42
#endif

enum { PATH_BYTES = 4096 };

struct storage {
    uint32_t magic;
    const char *name;
};

/* Where an fsync may return before anything is on a disk, or locks may not hold. */
static const struct storage dishonest[] = {
    {TMPFS_MAGIC, "tmpfs"},
    {RAMFS_MAGIC, "ramfs"},
    {OVERLAYFS_SUPER_MAGIC, "overlay"},
    {NFS_SUPER_MAGIC, "nfs"},
    {SMB_SUPER_MAGIC, "smb"},
    {CIFS_SUPER_MAGIC, "cifs"},
    {SMB2_SUPER_MAGIC, "smb2"},
    {V9FS_MAGIC, "9p"},
    {FUSE_SUPER_MAGIC, "fuse"},
    {ECRYPTFS_SUPER_MAGIC, "ecryptfs"},
};

static enum err refuse(const char *directory, const char *why)
{
    log_event(LOG_ERROR, "ledger-refused", LOG_STR("directory", directory), LOG_STR("why", why));
    return ERR_INPUT;
}

static const char *dishonesty(uint32_t magic)
{
    for (size_t i = 0; i < sizeof(dishonest) / sizeof(dishonest[0]); i++) {
        if (dishonest[i].magic == magic) {
            return dishonest[i].name;
        }
    }
    return NULL;
}

enum err place_check(const char *directory, bool unsafe)
{
    struct stat st;
    struct statfs fs;

    if (stat(directory, &st) != 0 || !S_ISDIR(st.st_mode)) {
        return refuse(directory, "there is no such folder");
    }
    if (st.st_uid != geteuid() || (st.st_mode & 077) != 0) {
        return refuse(directory, "the folder must belong to the gateway's user, mode 0700");
    }
    if (statfs(directory, &fs) != 0) {
        return refuse(directory, "the filesystem cannot be told");
    }
    const char *kind = dishonesty((uint32_t)fs.f_type);

    if (kind != NULL && !unsafe) {
        return refuse(directory, kind);
    }
    return OK;
}

static bool join(const char *directory, const char *name, char out[PATH_BYTES])
{
    int n = snprintf(out, PATH_BYTES, "%s/%s", directory, name);

    return n > 0 && n < PATH_BYTES;
}

enum err place_lock(const char *directory, int *fd)
{
    char path[PATH_BYTES];

    if (!join(directory, "writer.lock", path)) {
        return ERR_IO;
    }
    int lock = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (lock < 0) {
        return ERR_IO;
    }
    if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
        bool held = errno == EWOULDBLOCK;

        (void)close(lock);
        return held ? ERR_LOCKED : ERR_IO;
    }
    *fd = lock;
    return OK;
}

void place_unlock(int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
        *fd = -1;
    }
}

enum err place_ballast_fill(const char *directory, uint64_t bytes)
{
    char path[PATH_BYTES];

    if (!join(directory, "ballast", path)) {
        return ERR_IO;
    }
    int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd < 0) {
        return errno == ENOSPC || errno == EDQUOT ? ERR_LEDGER_FULL : ERR_IO;
    }
    int rc = posix_fallocate(fd, 0, (off_t)bytes);

    (void)close(fd);
    if (rc == 0) {
        return OK;
    }
    (void)unlink(path);
    return rc == ENOSPC || rc == EDQUOT || rc == EFBIG ? ERR_LEDGER_FULL : ERR_IO;
}

void place_ballast_drop(const char *directory)
{
    char path[PATH_BYTES];

    if (join(directory, "ballast", path)) {
        (void)unlink(path);
    }
}
