/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading small files whole. Nothing here follows a name out of anywhere: which
 * paths may be read is the caller's business.
 */
#include "cli/files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 64 * 1024 };

static enum err read_all(int fd, struct buf *out)
{
    for (;;) {
        size_t room = out->max - out->len < PIECE ? out->max - out->len + 1 : PIECE;
        uint8_t *at = room > out->max - out->len ? NULL : buf_room(out, room);
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

    e = e != OK ? e : read_all(fd, out);
    int saved = errno;

    (void)close(fd);
    errno = saved;
    return e;
}
