/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows are kept as lines of the file that they came from, so that one reader
 * reads both. The tables are written whole in one transaction: they are small.
 */
#include "roster/own_memory.h"

#include "base/digest.h"
#include "store/stmt.h"

enum { LOAD_BYTES = 512 * 1024 * 1024 };

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS own_rows (file TEXT NOT NULL, at INTEGER NOT NULL, "
    "line BLOB NOT NULL, PRIMARY KEY (file, at)) WITHOUT ROWID, STRICT;"
    "CREATE TABLE IF NOT EXISTS own_known (student BLOB NOT NULL PRIMARY KEY) "
    "WITHOUT ROWID, STRICT";

/* --- lines -------------------------------------------------------------------- */

static void put_cell(struct buf *out, const char *start, struct span text)
{
    buf_put_byte(out, '"');
    buf_put_str(out, start);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"') {
            buf_put_byte(out, '"');
        }
        buf_put_byte(out, text.ptr[i]);
    }
    buf_put_str(out, "\",");
}

static void put_party(struct buf *out, const struct own_row *row, const char *everybody)
{
    if (row->party == OWN_EVERYBODY) {
        put_cell(out, "", span_str(everybody));
    } else {
        put_cell(out, row->party == OWN_PARTNER ? "partner:" : "agreement:", row->party_id);
    }
}

static void put_date(struct buf *out, int32_t date, const char *end)
{
    if (date != 0) {
        buf_printf(out, "%04d-%02d-%02d", (int)(date / 10000), (int)(date / 100 % 100),
                   (int)(date % 100));
    }
    buf_put_str(out, end);
}

void own_memory_put_line(struct buf *out, const struct own_row *row)
{
    put_cell(out, "", row->student);
    put_cell(out, "", row->what);
    if (row->file == OWN_OPT_OUTS) {
        put_party(out, row, "directory");
        put_date(out, row->since, ",");
    } else {
        put_party(out, row, "all");
    }
    put_date(out, row->until, "\n");
}

/* --- loading ------------------------------------------------------------------ */

struct loading {
    struct own_list *lists;
    struct ids *known;
};

static enum err read_lines(struct store *store, enum own_file file, struct buf *out)
{
    struct stmt *st = NULL;
    bool row = false;
    enum err e = stmt_prepare(store, "SELECT line FROM own_rows WHERE file = ?1 ORDER BY at", &st);

    buf_put_str(out, own_file_header(file));
    buf_put_byte(out, '\n');
    if (e == OK) {
        stmt_bind_text(st, 1, span_str(own_file_name(file)));
        e = stmt_step(st, &row);
    }
    while (e == OK && row) {
        buf_put(out, stmt_bytes(st, 0));
        e = stmt_step(st, &row);
    }
    stmt_finish(&st);
    return e != OK ? e : buf_err(out);
}

static enum err load_list(struct store *store, enum own_file file, struct own_list *out)
{
    struct own_sheet sheet = {0};
    struct diag_list diags;
    struct buf lines;

    buf_init(&lines, OWN_MAX_FILE);
    arena_init(&out->arena, LOAD_BYTES);
    diag_init(&diags, &out->arena);
    enum err e = read_lines(store, file, &lines);

    e = e != OK ? e
                : own_read(&(struct own_text){file, "state", buf_span(&lines)}, &out->arena, &diags,
                           &sheet);
    buf_fini(&lines);
    if (e == OK && !sheet.whole) {
        e = ERR_INPUT;
    }
    out->rows = e == OK ? (struct own_row *)(uintptr_t)sheet.rows : NULL;
    out->count = e == OK ? sheet.count : 0;
    return e;
}

static enum err load_known(struct store *store, struct ids *known)
{
    struct stmt *st = NULL;
    bool row = false;
    uint32_t number;
    enum err e = stmt_prepare(store, "SELECT student FROM own_known", &st);

    e = e != OK ? e : stmt_step(st, &row);
    while (e == OK && row) {
        e = ids_add(known, stmt_bytes(st, 0), &number);
        e = e != OK ? e : stmt_step(st, &row);
    }
    stmt_finish(&st);
    return e;
}

static enum err load(void *ctx, struct store *store)
{
    const struct loading *l = ctx;
    enum err e = store_run(store, schema);

    for (int f = 0; e == OK && f < OWN_FILE_COUNT; f++) {
        if (own_file_narrows((enum own_file)f)) {
            e = load_list(store, (enum own_file)f, &l->lists[f]);
        }
    }
    return e != OK ? e : load_known(store, l->known);
}

enum err own_memory_load(struct stops *stops, struct own_list lists[OWN_FILE_COUNT],
                         struct ids *known)
{
    struct loading l = {lists, known};

    return stops_share(stops, load, &l);
}

/* --- saving ------------------------------------------------------------------- */

struct saving {
    const struct own_list *lists;
    const struct ids *known;
};

static enum err insert_rows(struct store *store, const struct own_list *list, enum own_file file)
{
    struct stmt *st = NULL;
    struct buf line;
    enum err e =
        stmt_prepare(store, "INSERT INTO own_rows (file, at, line) VALUES (?1, ?2, ?3)", &st);

    buf_init(&line, OWN_MAX_FILE);
    for (size_t i = 0; e == OK && i < list->count; i++) {
        if (list->rows[i].bad) {
            continue;
        }
        buf_clear(&line);
        own_memory_put_line(&line, &list->rows[i]);
        stmt_reset(st);
        stmt_bind_text(st, 1, span_str(own_file_name(file)));
        stmt_bind_int(st, 2, (int64_t)i);
        stmt_bind_blob(st, 3, buf_span(&line));
        e = buf_err(&line);
        e = e != OK ? e : stmt_exec(st);
    }
    stmt_finish(&st);
    buf_fini(&line);
    return e;
}

static enum err insert_known(struct store *store, const struct ids *known)
{
    struct stmt *st = NULL;
    enum err e = stmt_prepare(store, "INSERT INTO own_known (student) VALUES (?1)", &st);

    for (uint32_t i = 0; e == OK && i < known->count; i++) {
        stmt_reset(st);
        stmt_bind_blob(st, 1, ids_get(known, i));
        e = stmt_exec(st);
    }
    stmt_finish(&st);
    return e;
}

static enum err write_all(const struct saving *s, struct store *store)
{
    enum err e = store_run(store, "DELETE FROM own_rows; DELETE FROM own_known");

    for (int f = 0; e == OK && f < OWN_FILE_COUNT; f++) {
        if (own_file_narrows((enum own_file)f)) {
            e = insert_rows(store, &s->lists[f], (enum own_file)f);
        }
    }
    return e != OK ? e : insert_known(store, s->known);
}

static enum err save(void *ctx, struct store *store)
{
    enum err e = store_begin(store);

    e = e != OK ? e : write_all(ctx, store);
    e = e != OK ? e : store_commit(store);
    if (e != OK) {
        store_rollback(store);
    }
    return e;
}

/* A file's lines; what could not be read back may not be written. */
static enum err digest_lines(struct digest *d, const struct own_list *list)
{
    struct buf line;
    size_t total = 0;
    enum err e = OK;

    buf_init(&line, OWN_MAX_FILE);
    for (size_t i = 0; e == OK && i < list->count; i++) {
        if (!list->rows[i].bad) {
            buf_clear(&line);
            own_memory_put_line(&line, &list->rows[i]);
            total += buf_span(&line).len;
            e = buf_err(&line);
            e = e != OK ? e : digest_add(d, buf_span(&line));
        }
    }
    e = e == OK ? digest_add(d, SPAN("\n")) : e;
    buf_fini(&line);
    return e == OK && total > OWN_MAX_FILE - 256 ? ERR_TOO_BIG : e;
}

static enum err digest_all(struct digest *d, const struct saving *s, uint8_t out[32])
{
    enum err e = digest_begin(d);

    for (int f = 0; e == OK && f < OWN_FILE_COUNT; f++) {
        e = own_file_narrows((enum own_file)f) ? digest_lines(d, &s->lists[f]) : OK;
    }
    for (uint32_t i = 0; e == OK && i < s->known->count; i++) {
        e = digest_add(d, ids_get(s->known, i));
        e = e != OK ? e : digest_add(d, SPAN("\n"));
    }
    return e != OK ? e : digest_end(d, out);
}

enum err own_memory_save(struct stops *stops, const struct own_list lists[OWN_FILE_COUNT],
                         const struct ids *known, uint8_t digest[32])
{
    struct saving s = {lists, known};
    struct digest *d = NULL;
    uint8_t now[32];
    enum err e = digest_new(&d);

    e = e != OK ? e : digest_all(d, &s, now);
    digest_free(&d);
    if (e == OK && memcmp(now, digest, sizeof(now)) != 0) {
        e = stops_share(stops, save, &s);
        if (e == OK) {
            memcpy(digest, now, sizeof(now));
        }
    }
    return e;
}
