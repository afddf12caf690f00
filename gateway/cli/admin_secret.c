/* SPDX-License-Identifier: Apache-2.0 */
/* A secret of the machine's own: made once, read by the gateway and by whoever scrapes it. */
#include "cli/admin_secret.h"

#include "base/digest.h"
#include "base/text.h"
#include "cli/files.h"

#include <stdio.h>
#include <sys/stat.h>

enum { MAX_PATH = 4096, RANDOM_BYTES = ADMIN_SECRET_BYTES / 2 };

static enum err make(const char *path)
{
    uint8_t random[RANDOM_BYTES];
    struct buf text;
    enum err e = digest_random(random, sizeof(random));

    buf_init(&text, ADMIN_SECRET_BYTES);
    text_hex(&text, span_of(random, sizeof(random)));
    e = e != OK ? e : buf_err(&text);
    e = e != OK ? e : file_create(path, 0600, buf_span(&text));
    buf_wipe(&text);
    return e == ERR_EXISTS ? OK : e;
}

static enum err check(const char *path, struct span text)
{
    uint8_t random[RANDOM_BYTES];
    struct stat st;

    if (stat(path, &st) != 0) {
        return ERR_IO;
    }
    if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return ERR_INPUT;
    }
    return text_hex_decode(text, random, sizeof(random));
}

enum err admin_secret_load(const char *state_directory, struct buf *out)
{
    char path[MAX_PATH];
    int n = snprintf(path, sizeof(path), "%s/%s", state_directory, ADMIN_SECRET_FILE);

    if (n < 0 || (size_t)n >= sizeof(path)) {
        return ERR_TOO_BIG;
    }
    enum err e = make(path);

    e = e != OK ? e : file_read(path, out);
    return e != OK ? e : check(path, buf_span(out));
}
