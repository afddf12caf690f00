/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a ledger. Files are opened by SQLite alone. A month that was never
 * finished, or that appears later, is not looked at until the next open.
 */
#include "ledger/reader.h"

#include "base/mem.h"
#include "ledger/leaf.h"
#include "ledger/month.h"
#include "store/stmt.h"

#include <stdio.h>

enum { BUSY_MS = 2000, PATH_BYTES = 4096, ROW_BYTES = 256 << 20 };

struct volume {
    struct store *store;
    struct stmt *row; /* the commit that has entry ?1, or an earlier one */
    uint64_t first;   /* index of its first entry, of the file */
};

struct reader {
    struct volume *volumes; /* oldest first */
    size_t count;
    uint64_t first; /* of the commit that is held */
    unsigned held;  /* entries in it */
    struct buf bundle;
    struct buf sides;
};

static void close_volume(struct volume *v)
{
    stmt_finish(&v->row);
    store_close(&v->store);
}

void reader_close(struct reader **r)
{
    if (*r == NULL) {
        return;
    }
    for (size_t i = 0; i < (*r)->count; i++) {
        close_volume(&(*r)->volumes[i]);
    }
    mem_free((*r)->volumes);
    buf_fini(&(*r)->bundle);
    buf_fini(&(*r)->sides);
    mem_free(*r);
    *r = NULL;
}

/* The first column of the first row; ERR_NOT_FOUND without a row. */
static enum err ask(struct store *s, const char *sql, int64_t *out)
{
    struct stmt *st = NULL;
    bool row = false;
    enum err e = stmt_prepare(s, sql, &st);

    e = e != OK ? e : stmt_step(st, &row);
    if (e == OK && row) {
        *out = stmt_int(st, 0);
    }
    stmt_finish(&st);
    return e != OK || row ? e : ERR_NOT_FOUND;
}

/* ERR_NOT_FOUND: an unfinished month. */
static enum err open_volume(const char *path, struct volume *out)
{
    struct store_setup setup = {.path = path, .mode = STORE_READ, .busy_ms = BUSY_MS};
    struct volume v = {0};
    int64_t version = 0;
    int64_t first = 0;
    enum err e = store_open(&setup, &v.store);

    e = e != OK ? e : ask(v.store, "PRAGMA user_version", &version);
    if (e == OK && version != 1) {
        e = version == 0 ? ERR_NOT_FOUND : ERR_INPUT;
    }
    e = e != OK ? e : ask(v.store, "SELECT value FROM meta WHERE name = 'first'", &first);
    e = e != OK ? e
                : stmt_prepare(v.store,
                               "SELECT first, count, bundle, subjects FROM commits"
                               " WHERE first <= ?1 ORDER BY first DESC LIMIT 1",
                               &v.row);
    if (e != OK) {
        close_volume(&v);
        return e;
    }
    v.first = (uint64_t)first;
    *out = v;
    return OK;
}

static enum err open_volumes(struct reader *r, const char *directory, const struct month_list *list)
{
    char path[PATH_BYTES];
    enum err e = OK;

    r->volumes = mem_alloc_array(list->count, sizeof(*r->volumes));
    if (r->volumes == NULL) {
        return ERR_MEMORY;
    }
    for (size_t i = 0; i < list->count && e == OK; i++) {
        int n = snprintf(path, sizeof(path), "%s/%s", directory, list->names[i]);

        e = n < 0 || (size_t)n >= sizeof(path) ? ERR_INPUT
                                               : open_volume(path, &r->volumes[r->count]);
        r->count += e == OK;
        e = e == ERR_NOT_FOUND ? OK : e;
    }
    return e != OK || r->count > 0 ? e : ERR_NOT_FOUND;
}

enum err reader_open(const char *directory, struct reader **out)
{
    struct reader *r = mem_alloc(sizeof(*r));
    struct month_list list = {0};

    if (r == NULL) {
        return ERR_MEMORY;
    }
    buf_init(&r->bundle, ROW_BYTES);
    buf_init(&r->sides, ROW_BYTES);
    enum err e = month_list_read(directory, &list);

    e = e != OK ? e : open_volumes(r, directory, &list);
    month_list_fini(&list);
    if (e != OK) {
        reader_close(&r);
        return e;
    }
    *out = r;
    return OK;
}

static struct volume *volume_of(struct reader *r, uint64_t index)
{
    size_t i = r->count;

    while (i > 1 && r->volumes[i - 1].first > index) {
        i--;
    }
    return &r->volumes[i - 1];
}

static enum err hold(struct reader *r, const struct stmt *st)
{
    buf_clear(&r->bundle);
    buf_clear(&r->sides);
    buf_put(&r->bundle, stmt_bytes(st, 2));
    buf_put(&r->sides, stmt_bytes(st, 3));
    r->first = (uint64_t)stmt_int(st, 0);
    r->held = (unsigned)stmt_int(st, 1);
    if (buf_err(&r->bundle) != OK || buf_err(&r->sides) != OK) {
        r->held = 0;
        return ERR_MEMORY;
    }
    return OK;
}

/* Makes the commit that has entry `index` the one that is held. */
static enum err fetch(struct reader *r, uint64_t index)
{
    struct volume *v = volume_of(r, index);
    bool row = false;

    if (index >= r->first && index - r->first < r->held) {
        return OK;
    }
    stmt_bind_int(v->row, 1, (int64_t)index);
    enum err e = stmt_step(v->row, &row);

    if (e == OK && row) {
        e = hold(r, v->row);
    }
    stmt_reset(v->row);
    if (e == OK && (!row || index - r->first >= r->held)) {
        e = ERR_NOT_FOUND;
    }
    return e;
}

static void find_side(const struct reader *r, unsigned at, struct reader_entry *out)
{
    struct span rest = buf_span(&r->sides);
    struct side side;

    while (side_next(&rest, &side)) {
        if (side.at == at) {
            out->seed = side.seed;
            out->blob = side.blob;
        }
    }
}

enum err reader_get(struct reader *r, uint64_t index, struct reader_entry *out)
{
    struct reader_entry found = {.index = index};
    enum err e = fetch(r, index);

    if (e != OK) {
        return e;
    }
    struct span rest = buf_span(&r->bundle);
    unsigned at = (unsigned)(index - r->first);

    for (unsigned i = 0; i <= at; i++) {
        if (!leaf_next(&rest, &found.leaf)) {
            return ERR_INPUT;
        }
    }
    find_side(r, at, &found);
    *out = found;
    return OK;
}

enum err reader_number_of(struct reader *r, struct span id, uint32_t *number)
{
    struct stmt *st = NULL;
    bool row = false;
    enum err e = stmt_prepare(r->volumes[r->count - 1].store,
                              "SELECT number FROM dictionary WHERE id = ?1", &st);

    if (e == OK) {
        stmt_bind_blob(st, 1, id);
        e = stmt_step(st, &row);
    }
    if (e == OK && row) {
        *number = (uint32_t)stmt_int(st, 0);
    }
    stmt_finish(&st);
    return e != OK || row ? e : ERR_NOT_FOUND;
}
