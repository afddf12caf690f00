/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state directory: stops, and the key that seals cursors, kept so that a
 * partner's sync goes on after a restart. Mode 0700 and 0600; a key that others
 * can read is refused, not repaired.
 */
#include "base/log.h"
#include "base/mem.h"
#include "cli/files.h"
#include "cli/gateway.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_PATH = 4096 };

static bool join(char *out, const char *folder, const char *name)
{
    int n = snprintf(out, MAX_PATH, "%s/%s", folder, name);

    return n > 0 && n < MAX_PATH;
}

static enum err make_folder(const char *path)
{
    struct stat st;

    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        return ERR_IO;
    }
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
        return ERR_IO;
    }
    return OK;
}

static enum err create_key(const char *path, uint8_t key[SEAL_KEY_BYTES])
{
    enum err e = digest_random(key, SEAL_KEY_BYTES);

    e = e != OK ? e : file_create(path, 0600, span_of(key, SEAL_KEY_BYTES));
    return e == ERR_EXISTS ? ERR_IO : e; /* nobody else makes it beside us */
}

static enum err read_key(int fd, uint8_t key[SEAL_KEY_BYTES])
{
    struct stat st;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || (st.st_mode & 077) != 0 ||
        st.st_size != SEAL_KEY_BYTES) {
        return ERR_INPUT;
    }
    return read(fd, key, SEAL_KEY_BYTES) == SEAL_KEY_BYTES ? OK : ERR_IO;
}

static enum err open_key(const char *path, uint8_t key[SEAL_KEY_BYTES])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0) {
        return errno == ENOENT ? create_key(path, key) : ERR_IO;
    }
    enum err e = read_key(fd, key);

    (void)close(fd);
    return e;
}

enum err gateway_open_state(struct gateway *g)
{
    char path[MAX_PATH];
    enum err e = make_folder(g->config->state);

    if (e == OK) {
        e = join(path, g->config->state, "cursor.key") ? open_key(path, g->cursor_key) : ERR_INPUT;
    }
    if (e == OK) {
        e = join(path, g->config->state, "state.db") ? stops_open(path, &g->stops) : ERR_INPUT;
    }
    if (e != OK) {
        log_event(LOG_ERROR, "state-failed", LOG_STR("folder", g->config->state),
                  LOG_STR("reason", err_code(e)));
    }
    return e;
}
