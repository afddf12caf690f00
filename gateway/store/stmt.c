/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prepared statements. A failed bind is remembered and surfaces at the next
 * step, so that a caller may bind many values and check once.
 */
#include "store/stmt.h"

#include "base/mem.h"
#include "store/store_priv.h"

enum err stmt_prepare(struct store *s, const char *sql, struct stmt **out)
{
    struct stmt *st = mem_alloc(sizeof(*st));

    if (st == NULL) {
        return ERR_MEMORY;
    }
    st->owner = s;
    int rc = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &st->raw, NULL);

    if (rc != SQLITE_OK || st->raw == NULL) {
        mem_free(st);
        return rc == SQLITE_OK ? ERR_STORE : store_of_rc(s->db, rc);
    }
    *out = st;
    return OK;
}

void stmt_finish(struct stmt **st)
{
    if (*st != NULL) {
        (void)sqlite3_finalize((*st)->raw);
        mem_free(*st);
        *st = NULL;
    }
}

static void note(struct stmt *st, int rc)
{
    if (st->bad == SQLITE_OK) {
        st->bad = rc;
    }
}

void stmt_bind_int(struct stmt *st, int at, int64_t value)
{
    note(st, sqlite3_bind_int64(st->raw, at, value));
}

/* SQLite reads a NULL pointer as NULL; an empty span is an empty value. */
static const void *start_of(struct span bytes)
{
    return bytes.ptr == NULL ? (const void *)"" : bytes.ptr;
}

void stmt_bind_text(struct stmt *st, int at, struct span utf8)
{
    note(st,
         sqlite3_bind_text64(st->raw, at, start_of(utf8), utf8.len, SQLITE_STATIC, SQLITE_UTF8));
}

void stmt_bind_blob(struct stmt *st, int at, struct span bytes)
{
    note(st, sqlite3_bind_blob64(st->raw, at, start_of(bytes), bytes.len, SQLITE_STATIC));
}

void stmt_bind_null(struct stmt *st, int at)
{
    note(st, sqlite3_bind_null(st->raw, at));
}

static enum err failed(struct stmt *st, int rc)
{
    enum err e = store_of_rc(st->owner->db, rc);

    (void)sqlite3_reset(st->raw);
    return e;
}

enum err stmt_step(struct stmt *st, bool *row)
{
    if (st->bad != SQLITE_OK) {
        return failed(st, st->bad);
    }
    int rc = sqlite3_step(st->raw);

    if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
        return failed(st, rc);
    }
    if (rc == SQLITE_DONE) {
        (void)sqlite3_reset(st->raw);
    }
    *row = rc == SQLITE_ROW;
    return OK;
}

enum err stmt_exec(struct stmt *st)
{
    bool row = false;
    enum err e = stmt_step(st, &row);

    if (e == OK && row) {
        (void)sqlite3_reset(st->raw);
        e = ERR_INTERNAL;
    }
    return e;
}

void stmt_reset(struct stmt *st)
{
    (void)sqlite3_reset(st->raw);
    (void)sqlite3_clear_bindings(st->raw);
    st->bad = SQLITE_OK;
}

int64_t stmt_int(const struct stmt *st, int at)
{
    return sqlite3_column_int64(st->raw, at);
}

struct span stmt_bytes(const struct stmt *st, int at)
{
    const void *ptr = sqlite3_column_blob(st->raw, at);
    int len = sqlite3_column_bytes(st->raw, at);

    return span_of(ptr, len < 0 || ptr == NULL ? 0 : (size_t)len);
}

bool stmt_is_null(const struct stmt *st, int at)
{
    return sqlite3_column_type(st->raw, at) == SQLITE_NULL;
}
