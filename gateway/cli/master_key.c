/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading and making the master key's file. The mode is that of the very file
 * that is then read; what passes through here is wiped.
 */
#include "cli/master_key.h"

#include "base/digest.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/files.h"
#include "cli/print.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_BYTES = 2 * MASTER_KEY_BYTES + 1 };

static enum err refuse(const char *path, const char *sentence)
{
    (void)print_problem("%s: %s", path, sentence);
    return ERR_INPUT;
}

static enum err parse(const char *path, struct span text, struct keys **out)
{
    enum err e = keys_read(text, out);

    return e == ERR_INPUT ? refuse(path, "a master key is 64 lower-case hexadecimal digits") : e;
}

/* One byte more is asked for than a good file has. */
static enum err read_key(const char *path, int fd, struct keys **out)
{
    uint8_t text[FILE_BYTES + 1];
    struct stat st;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        return refuse(path, "the master key is not in a regular file");
    }
    if ((st.st_mode & 077) != 0) {
        return refuse(path, "the master key can be read by group or others; make it mode 0600");
    }
    ssize_t n = read(fd, text, sizeof(text));
    enum err e = n < 0 ? ERR_IO : parse(path, span_of(text, (size_t)n), out);

    mem_wipe(text, sizeof(text));
    return e;
}

enum err master_key_load(const char *path, struct keys **out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    if (fd < 0) {
        (void)print_failure(path, ERR_IO);
        return ERR_IO;
    }
    enum err e = read_key(path, fd, out);

    (void)close(fd);
    return e;
}

enum err master_key_create(const char *path)
{
    uint8_t key[MASTER_KEY_BYTES];
    struct buf text;
    enum err e = digest_random(key, sizeof(key));

    buf_init(&text, FILE_BYTES);
    text_hex(&text, span_of(key, sizeof(key)));
    buf_put_byte(&text, '\n');
    e = e != OK ? e : buf_err(&text);
    e = e != OK ? e : file_create(path, 0600, buf_span(&text));
    buf_wipe(&text);
    mem_wipe(key, sizeof(key));
    return e;
}
