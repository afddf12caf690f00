/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small files, whole. Which paths may be read or made is the caller's business.
 */
#include "cli/files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 64 * 1024 };

enum err file_read_fd(int fd, struct buf *out)
{
    for (;;) {
        size_t left = out->max - out->len;
        size_t room = left < PIECE ? left : PIECE;
        uint8_t *at = room == 0 ? NULL : buf_room(out, room);
        uint8_t probe;
        ssize_t n = at != NULL ? read(fd, at, room) : read(fd, &probe, 1);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n == 0 ? OK : ERR_IO;
        }
        if (at == NULL) {
            return buf_err(out) != OK ? buf_err(out) : ERR_TOO_BIG;
        }
        buf_added(out, (size_t)n);
    }
}

enum err file_read(const char *path, struct buf *out)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    if (fd < 0) {
        return ERR_IO;
    }
    enum err e = fstat(fd, &st) != 0 ? ERR_IO : S_ISREG(st.st_mode) ? OK : ERR_INPUT;

    e = e != OK ? e : file_read_fd(fd, out);
    int saved = errno;

    (void)close(fd);
    errno = saved;
    return e;
}

static enum err write_all(int fd, struct span bytes)
{
    while (bytes.len > 0) {
        ssize_t n = write(fd, bytes.ptr, bytes.len);

        if (n < 0 && errno != EINTR) {
            return ERR_IO;
        }
        bytes = span_from(bytes, n > 0 ? (size_t)n : 0);
    }
    return fsync(fd) == 0 ? OK : ERR_IO;
}

enum err file_create(const char *path, unsigned mode, struct span bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd < 0) {
        return errno == EEXIST ? ERR_EXISTS : ERR_IO;
    }
    enum err e = fchmod(fd, (mode_t)mode) == 0 ? write_all(fd, bytes) : ERR_IO;
    int saved = errno;

    e = close(fd) != 0 && e == OK ? ERR_IO : e;
    if (e != OK) {
        (void)unlink(path);
        errno = saved;
    }
    return e;
}
