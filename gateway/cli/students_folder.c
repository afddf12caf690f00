/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the files changed is asked of stat(2). A file's time has a granularity
 * of some milliseconds, so that a file read right after it was written is read
 * once more a little later: it may have been written again in the same instant.
 */
#include "cli/students_folder.h"

#include "base/clock.h"
#include "cli/files.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { MAX_PATH = 4096, SETTLE_MS = 1000 };

static bool path_of(const struct students_folder *f, enum own_file file, char out[MAX_PATH])
{
    int n = snprintf(out, MAX_PATH, "%s/%s", f->path, own_file_name(file));

    return n > 0 && n < MAX_PATH;
}

static int64_t ns_of(struct timespec t)
{
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static struct students_stamp stamp_of(const struct students_folder *f, enum own_file file)
{
    char path[MAX_PATH];
    struct stat st;

    if (!path_of(f, file, path) || lstat(path, &st) != 0) {
        return (struct students_stamp){0};
    }
    return (struct students_stamp){.there = true,
                                   .device = st.st_dev,
                                   .inode = st.st_ino,
                                   .size = (uint64_t)st.st_size,
                                   .modified_ns = ns_of(st.st_mtim),
                                   .changed_ns = ns_of(st.st_ctim)};
}

static bool stamps_equal(const struct students_stamp *a, const struct students_stamp *b)
{
    return a->there == b->there && a->device == b->device && a->inode == b->inode &&
           a->size == b->size && a->modified_ns == b->modified_ns && a->changed_ns == b->changed_ns;
}

bool students_folder_changed(const struct students_folder *f)
{
    bool changed = !f->settled;

    for (int file = 0; !changed && file < OWN_FILE_COUNT; file++) {
        struct students_stamp now = stamp_of(f, (enum own_file)file);

        changed = !stamps_equal(&now, &f->stamps[file]);
    }
    return changed;
}

static void complain(struct diag_list *diags, enum own_file file, const char *text)
{
    diag_add(diags, DIAG_ERROR, own_file_name(file), 0, 0, "%s", text);
}

/* False: it counts as missing, and a message says why. */
static bool read_bytes(const struct students_folder *f, enum own_file file, struct diag_list *diags,
                       struct buf *out)
{
    char path[MAX_PATH];
    struct stat st;

    if (!path_of(f, file, path)) {
        complain(diags, file, "the folder's path is too long");
    } else if (lstat(path, &st) != 0) {
        complain(diags, file,
                 errno == ENOENT
                     ? "the file is missing; without any rows it has its header line (SAFETY S1)"
                     : strerror(errno));
    } else if (S_ISLNK(st.st_mode)) {
        complain(diags, file, "is a link; links are not followed, put the file itself here");
    } else if ((st.st_mode & S_IWOTH) != 0) {
        complain(diags, file, "everybody may write it, and so open what it withholds: chmod o-w");
    } else {
        enum err e = file_read(path, out);

        if (e == OK) {
            return true;
        }
        complain(diags, file, e == ERR_IO ? strerror(errno) : err_text(e));
    }
    return false;
}

/* Of the file's name, whether it is there, and its bytes. */
static enum err digest_file(struct digest *d, enum own_file file, bool there, struct span bytes,
                            uint8_t out[DIGEST_BYTES])
{
    enum err e = digest_begin(d);

    e = e != OK ? e : digest_add(d, span_str(own_file_name(file)));
    e = e != OK ? e : digest_add(d, there ? SPAN(" there ") : SPAN(" missing "));
    e = e != OK ? e : digest_add(d, bytes);
    return e != OK ? e : digest_end(d, out);
}

static enum err read_one(const struct students_folder *f, enum own_file file,
                         struct diag_list *diags, struct digest *d, struct students_reading *out)
{
    unsigned errors = diags->errors;
    struct buf bytes;

    buf_init(&bytes, OWN_MAX_FILE + 1);
    bool there = read_bytes(f, file, diags, &bytes);
    enum err e = digest_file(d, file, there, buf_span(&bytes), out->digests[file]);

    if (e == OK && there) {
        e = own_read(&(struct own_text){file, own_file_name(file), buf_span(&bytes)}, diags->arena,
                     diags, &out->sheets[file]);
        out->offer.sheets[file] = &out->sheets[file];
    }
    out->offer.errors[file] = diags->errors - errors;
    buf_fini(&bytes);
    return e;
}

static bool is_settled(const struct students_stamp *s, int64_t now_ms)
{
    return !s->there || s->changed_ns / 1000000 + SETTLE_MS < now_ms; /* nobody can set it back */
}

/* The stamps are taken before the reading: what changes meanwhile is seen by the next look. */
static void take_stamps(struct students_folder *f)
{
    int64_t now_ms = clock_wall_ms();
    bool settled = true;

    for (int file = 0; file < OWN_FILE_COUNT; file++) {
        f->stamps[file] = stamp_of(f, (enum own_file)file);
        settled = settled && is_settled(&f->stamps[file], now_ms);
    }
    f->settled = settled;
}

enum err students_folder_read(struct students_folder *f, struct arena *arena,
                              struct diag_list *diags, struct students_reading *out)
{
    struct digest *d = NULL;
    enum err e = digest_new(&d);

    diag_init(diags, arena);
    *out = (struct students_reading){0};
    take_stamps(f);
    for (int file = 0; e == OK && file < OWN_FILE_COUNT; file++) {
        e = read_one(f, (enum own_file)file, diags, d, out);
    }
    e = e != OK ? e : digest_of(span_of(out->digests, sizeof(out->digests)), out->digest);
    digest_free(&d);
    f->settled = f->settled && e == OK;
    return e;
}

bool students_folder_inside(const char *outer, const char *inner)
{
    char out[PATH_MAX], in[PATH_MAX];

    if (realpath(outer, out) == NULL || realpath(inner, in) == NULL) {
        return false;
    }
    size_t len = strlen(out);

    return strncmp(out, in, len) == 0 && (in[len] == '\0' || in[len] == '/' || len == 1);
}
