/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folders through openat(2), zips through libzip. Sizes in a zip's headers are
 * claims: they are checked when it is opened and again while it is read.
 */
#include "district/bundle.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

enum { PIECE = 64 * 1024, RATIO_FROM = 1024 * 1024 };

struct bundle {
    int folder; /* -1: a zip */
    zip_t *zip;
    uint64_t total; /* bytes read so far */
};

static bool is_zip(const char *path)
{
    size_t len = strlen(path);

    return len > 4 && span_eq_nocase(span_str(path + len - 4), SPAN(".zip"));
}

static const char *what_is_wrong(const struct bundle *b, const zip_stat_t *st)
{
    bool known =
        (st->valid & (ZIP_STAT_NAME | ZIP_STAT_INDEX | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE)) ==
        (ZIP_STAT_NAME | ZIP_STAT_INDEX | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE);

    if (!known) {
        return "the zip entry's header is not complete";
    }
    if (strpbrk(st->name, "/\\:") != NULL || st->name[0] == '.' || st->name[0] == '\0') {
        return "files must stand at the top of the zip, with plain names";
    }
    if (zip_name_locate(b->zip, st->name, ZIP_FL_NOCASE) != (zip_int64_t)st->index) {
        return "the name stands twice in the zip";
    }
    if ((st->valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && st->encryption_method != ZIP_EM_NONE) {
        return "the zip entry is encrypted";
    }
    if (st->size > BUNDLE_MAX_FILE) {
        return "the file is larger than 4 GiB";
    }
    if (st->size > RATIO_FROM && st->size / BUNDLE_MAX_RATIO > st->comp_size) {
        return "the file unpacks to more than 200 times its packed size";
    }
    return NULL;
}

/* Names in messages: letters that could play tricks on a terminal become '?'. */
static void tell(struct diag_list *diags, const char *name, const char *text)
{
    char safe[64];
    size_t n = 0;

    for (; name != NULL && name[n] != '\0' && n + 1 < sizeof(safe); n++) {
        safe[n] = name[n] > ' ' && name[n] < 0x7F ? name[n] : '?';
    }
    safe[n] = '\0';
    diag_add(diags, DIAG_ERROR, n == 0 ? "(zip)" : safe, 0, 0, "%s", text);
}

static void check_zip(const struct bundle *b, struct diag_list *diags)
{
    zip_int64_t count = zip_get_num_entries(b->zip, 0);
    uint64_t total = 0;

    if (count < 0 || count > BUNDLE_MAX_ENTRIES) {
        tell(diags, NULL, "the zip has more than 64 entries");
        return;
    }
    for (zip_int64_t i = 0; i < count; i++) {
        zip_stat_t st;
        const char *wrong = "the zip entry cannot be read";

        zip_stat_init(&st);
        st.name = "(zip)";
        if (zip_stat_index(b->zip, (zip_uint64_t)i, 0, &st) == 0) {
            wrong = what_is_wrong(b, &st);
            total += st.size;
        }
        if (wrong != NULL) {
            tell(diags, st.name, wrong);
        }
    }
    if (total > BUNDLE_MAX_TOTAL) {
        tell(diags, NULL, "the zip unpacks to more than 8 GiB");
    }
}

static enum err open_zip(struct bundle *b, const char *path, struct diag_list *diags)
{
    int code = 0;

    b->zip = zip_open(path, ZIP_RDONLY | ZIP_CHECKCONS, &code);
    if (b->zip == NULL && code == ZIP_ER_NOENT) {
        return ERR_NOT_FOUND;
    }
    if (b->zip == NULL && code == ZIP_ER_MEMORY) {
        return ERR_MEMORY;
    }
    if (b->zip == NULL && (code == ZIP_ER_OPEN || code == ZIP_ER_READ)) {
        return ERR_IO;
    }
    if (b->zip == NULL) {
        tell(diags, NULL, "the file is not a zip, or a damaged one");
        return ERR_INPUT;
    }
    unsigned before = diags->errors;

    check_zip(b, diags);
    return diags->errors == before ? OK : ERR_INPUT;
}

static enum err open_folder(struct bundle *b, const char *path)
{
    b->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (b->folder >= 0) {
        return OK;
    }
    return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
}

enum err bundle_open(const char *path, struct diag_list *diags, struct bundle **out)
{
    struct bundle *b = mem_alloc(sizeof(*b));

    if (b == NULL) {
        return ERR_MEMORY;
    }
    b->folder = -1;
    enum err e = is_zip(path) ? open_zip(b, path, diags) : open_folder(b, path);

    if (e != OK) {
        bundle_close(&b);
        return e;
    }
    *out = b;
    return OK;
}

void bundle_close(struct bundle **b)
{
    if (*b == NULL) {
        return;
    }
    if ((*b)->zip != NULL) {
        zip_discard((*b)->zip);
    }
    if ((*b)->folder >= 0) {
        (void)close((*b)->folder);
    }
    mem_free(*b);
    *b = NULL;
}

bool bundle_has(const struct bundle *b, const char *name)
{
    struct stat st;

    if (b->zip != NULL) {
        return zip_name_locate(b->zip, name, 0) >= 0;
    }
    return fstatat(b->folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* One open file of either kind; -1 from read is an error. */
struct source {
    int fd;
    zip_file_t *entry;
    uint64_t left; /* bytes that may still come */
};

static int64_t read_piece(struct source *s, uint8_t *into)
{
    ssize_t n;

    if (s->entry != NULL) {
        return zip_fread(s->entry, into, PIECE);
    }
    do {
        n = read(s->fd, into, PIECE);
    } while (n < 0 && errno == EINTR);
    return n;
}

static enum err pump(struct bundle *b, struct source *s,
                     enum err (*take)(void *ctx, struct span bytes), void *ctx)
{
    static _Thread_local uint8_t piece[PIECE];

    for (;;) {
        int64_t n = read_piece(s, piece);

        if (n <= 0) {
            return n == 0 ? OK : s->entry != NULL ? ERR_INPUT : ERR_IO;
        }
        if ((uint64_t)n > s->left || b->total + (uint64_t)n > BUNDLE_MAX_TOTAL) {
            return ERR_TOO_BIG;
        }
        s->left -= (uint64_t)n;
        b->total += (uint64_t)n;
        enum err e = take(ctx, span_of(piece, (size_t)n));

        if (e != OK) {
            return e;
        }
    }
}

static enum err open_entry(struct bundle *b, const char *name, struct source *s)
{
    zip_stat_t st;
    zip_int64_t at = zip_name_locate(b->zip, name, 0);

    zip_stat_init(&st);
    if (at < 0) {
        return ERR_NOT_FOUND;
    }
    if (zip_stat_index(b->zip, (zip_uint64_t)at, 0, &st) != 0) {
        return ERR_INPUT;
    }
    s->entry = zip_fopen_index(b->zip, (zip_uint64_t)at, 0);
    s->left = st.size;
    return s->entry == NULL ? ERR_INPUT : OK;
}

static enum err open_file(struct bundle *b, const char *name, struct source *s)
{
    struct stat st;

    s->fd = openat(b->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    s->left = BUNDLE_MAX_FILE;
    if (s->fd < 0) {
        return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
    }
    return fstat(s->fd, &st) == 0 && S_ISREG(st.st_mode) ? OK : ERR_INPUT;
}

enum err bundle_read(struct bundle *b, const char *name,
                     enum err (*take)(void *ctx, struct span bytes), void *ctx)
{
    struct source s = {.fd = -1};
    enum err e = b->zip != NULL ? open_entry(b, name, &s) : open_file(b, name, &s);

    e = e != OK ? e : pump(b, &s, take, ctx);
    if (s.entry != NULL && zip_fclose(s.entry) != 0 && e == OK) {
        e = ERR_INPUT;
    }
    if (s.fd >= 0) {
        (void)close(s.fd);
    }
    return e;
}
