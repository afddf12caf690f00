/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/policy_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/text.h"
#include "cli/files.h"

enum { MAX_PATH = 4096, MAX_BLOB = 256 * 1024 * 1024, MARK_BYTES = 130 };

/* --- names ----------------------------------------------------------------------------- */

static bool is_name(struct span name)
{
    uint8_t bytes[DIGEST_BYTES];

    return name.len == STORE_NAME_BYTES - 1 && text_hex_decode(name, bytes, sizeof(bytes)) == OK;
}

static enum err name_of(struct span bytes, char name[STORE_NAME_BYTES])
{
    uint8_t digest[DIGEST_BYTES];
    struct buf hex;
    enum err e = digest_of(bytes, digest);

    if (e != OK) {
        return e;
    }
    buf_init(&hex, STORE_NAME_BYTES);
    text_hex(&hex, span_of(digest, sizeof(digest)));
    buf_put_byte(&hex, '\0');
    e = buf_err(&hex);
    if (e == OK) {
        memcpy(name, buf_span(&hex).ptr, STORE_NAME_BYTES);
    }
    buf_fini(&hex);
    return e;
}

static bool join(char out[MAX_PATH], const char *state, struct span name)
{
    int n = snprintf(out, MAX_PATH, "%s/policies%s%.*s", state, name.len > 0 ? "/" : "",
                     (int)name.len, (const char *)name.ptr);

    return n > 0 && n < MAX_PATH;
}

/* --- blobs ------------------------------------------------------------------------------ */

static enum err sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0) {
        (void)close(fd);
    }
    return good ? OK : ERR_IO;
}

static enum err open_folder(const char *state, char path[MAX_PATH])
{
    if (!join(path, state, SPAN(""))) {
        return ERR_INPUT;
    }
    (void)mkdir(state, 0700); /* before the gateway's first start */
    return mkdir(path, 0700) == 0 || errno == EEXIST ? OK : ERR_IO;
}

enum err policy_store_put(const char *state, struct span bytes, char name[STORE_NAME_BYTES])
{
    char folder[MAX_PATH], path[MAX_PATH], made[STORE_NAME_BYTES];
    enum err e = name_of(bytes, made);

    e = e != OK ? e : open_folder(state, folder);
    if (e == OK && !join(path, state, span_str(made))) {
        e = ERR_INPUT;
    }
    e = e != OK ? e : file_create(path, 0600, bytes);
    if (e == OK) {
        e = sync_folder(folder);
    }
    e = e == ERR_EXISTS ? OK : e; /* the same bytes, or reading will tell */
    if (e == OK) {
        memcpy(name, made, sizeof(made));
    }
    return e;
}

enum err policy_store_get(const char *state, struct span name, struct buf *out)
{
    char path[MAX_PATH], found[STORE_NAME_BYTES];
    struct buf bytes;

    if (!is_name(name) || !join(path, state, name)) {
        return ERR_INPUT;
    }
    buf_init(&bytes, MAX_BLOB);
    enum err e = file_read(path, &bytes);

    if (e == ERR_IO && errno == ENOENT) {
        e = ERR_NOT_FOUND;
    }
    e = e != OK ? e : name_of(buf_span(&bytes), found);
    if (e == OK && !span_eq_str(name, found)) {
        e = ERR_INPUT;
    }
    if (e == OK) {
        buf_put(out, buf_span(&bytes));
        e = buf_err(out);
    }
    buf_fini(&bytes);
    return e;
}

/* --- texts ------------------------------------------------------------------------------- */

static void put_piece(struct buf *out, struct span piece)
{
    for (int shift = 56; shift >= 0; shift -= 8) {
        buf_put_byte(out, (uint8_t)((uint64_t)piece.len >> shift));
    }
    buf_put(out, piece);
}

void policy_text_put(struct buf *out, const struct district_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        put_piece(out, span_str(files->files[i].name));
        put_piece(out, files->files[i].bytes);
    }
}

static bool take_piece(struct span *rest, struct span *out)
{
    uint64_t len = 0;

    if (rest->len < 8) {
        return false;
    }
    for (size_t i = 0; i < 8; i++) {
        len = len << 8 | rest->ptr[i];
    }
    if (len > rest->len - 8) {
        return false;
    }
    *out = span_sub(*rest, 8, (size_t)len);
    *rest = span_from(*rest, 8 + (size_t)len);
    return true;
}

enum err policy_text_read(struct span text, struct district_files *out)
{
    struct span name, bytes;

    while (text.len > 0) {
        if (!take_piece(&text, &name) || !take_piece(&text, &bytes)) {
            return ERR_INPUT;
        }
        enum err e = district_files_add(out, name, bytes);

        if (e != OK) {
            return e;
        }
    }
    return OK;
}

/* --- the mark ------------------------------------------------------------------------------ */

enum err policy_mark_read(const char *state, struct policy_mark *out)
{
    char path[MAX_PATH];
    struct buf bytes;

    if (!join(path, state, SPAN("in-force"))) {
        return ERR_INPUT;
    }
    buf_init(&bytes, MARK_BYTES + 1);
    enum err e = file_read(path, &bytes);
    struct span line = buf_span(&bytes);

    if (e == OK) {
        struct span text = span_cut(&line, ' ');
        struct span catalog = span_cut(&line, '\n');

        e = is_name(text) && is_name(catalog) && line.len == 0 ? OK : ERR_INPUT;
        if (e == OK) {
            *out = (struct policy_mark){.text = ""};
            memcpy(out->text, text.ptr, text.len);
            memcpy(out->catalog, catalog.ptr, catalog.len);
        }
    } else if (e == ERR_IO && errno == ENOENT) {
        e = ERR_NOT_FOUND;
    }
    buf_fini(&bytes);
    return e;
}

enum err policy_mark_write(const char *state, const struct policy_mark *mark)
{
    char folder[MAX_PATH], path[MAX_PATH], fresh[MAX_PATH], line[MARK_BYTES + 1];
    enum err e = open_folder(state, folder);

    (void)snprintf(line, sizeof(line), "%s %s\n", mark->text, mark->catalog);
    if (e == OK &&
        (!join(path, state, SPAN("in-force")) || !join(fresh, state, SPAN("in-force.new")))) {
        e = ERR_INPUT;
    }
    if (e != OK) {
        return e;
    }
    (void)unlink(fresh); /* left by a crash */
    e = file_create(fresh, 0600, span_str(line));
    if (e == OK && rename(fresh, path) != 0) {
        e = ERR_IO;
    }
    return e != OK ? e : sync_folder(folder);
}
