/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One month of the ledger in one SQLite file. A transaction touches one file
 * only, because under WAL nothing is atomic over two. A file counts as existing
 * once user_version is set, which happens in the transaction that fills it.
 * Rows are appended; triggers keep honest code from doing anything else, and
 * leave the erasable columns erasable.
 */
#include "ledger/month.h"

#include "base/mem.h"
#include "ledger/leaf.h"
#include "store/stmt.h"

#include <stdio.h>
#include <time.h>

enum { BUSY_MS = 500, TIDY_PAGES = 1024, PATH_BYTES = 4096 };

static const char SCHEMA[] =
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE commits (first INTEGER PRIMARY KEY, count INTEGER NOT NULL,"
    " bundle BLOB NOT NULL, subjects BLOB, checkpoint BLOB);"
    "CREATE TABLE dictionary (number INTEGER PRIMARY KEY, id BLOB, salt BLOB, hash BLOB);"
    "CREATE TRIGGER commits_stay BEFORE DELETE ON commits"
    " BEGIN SELECT RAISE(ABORT, 'append only'); END;"
    "CREATE TRIGGER commits_stand BEFORE UPDATE OF first, count, bundle, checkpoint ON commits"
    " BEGIN SELECT RAISE(ABORT, 'append only'); END;"
    "CREATE TRIGGER numbers_stay BEFORE DELETE ON dictionary"
    " BEGIN SELECT RAISE(ABORT, 'append only'); END;"
    "CREATE TRIGGER numbers_stand BEFORE UPDATE OF number ON dictionary"
    " BEGIN SELECT RAISE(ABORT, 'append only'); END;"
    "PRAGMA application_id = 1213222983;" /* "HPLG" */
    "PRAGMA user_version = 1;";

struct month {
    struct store *store;
    struct stmt *put_row;
    struct stmt *put_commit;
    struct month_tail tail;
    char name[MONTH_NAME_BYTES];
};

void month_name(int64_t ms, char out[MONTH_NAME_BYTES])
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm utc = {0};
    char text[64];

    (void)gmtime_r(&seconds, &utc);
    (void)strftime(text, sizeof(text), "ledger-%Y-%m.db", &utc);
    memcpy(out, text, MONTH_NAME_BYTES - 1);
    out[MONTH_NAME_BYTES - 1] = '\0';
}

void month_abandon(struct month **m)
{
    if (*m != NULL) {
        stmt_finish(&(*m)->put_row);
        stmt_finish(&(*m)->put_commit);
        store_abandon(&(*m)->store);
        mem_free(*m);
        *m = NULL;
    }
}

void month_close(struct month **m)
{
    if (*m != NULL) {
        stmt_finish(&(*m)->put_row);
        stmt_finish(&(*m)->put_commit);
        store_close(&(*m)->store);
        mem_free(*m);
        *m = NULL;
    }
}

/* Opens the file whatever is in it. */
static enum err open_raw(const char *directory, const char *name, enum store_mode mode,
                         struct month **out)
{
    char path[PATH_BYTES];
    struct store_setup setup = {.path = path, .mode = mode, .busy_ms = BUSY_MS};
    struct month *m = mem_alloc(sizeof(*m));
    enum err e;

    if (m == NULL) {
        return ERR_MEMORY;
    }
    memcpy(m->name, name, sizeof(m->name));
    int n = snprintf(path, sizeof(path), "%s/%s", directory, name);

    e = n < 0 || (size_t)n >= sizeof(path) ? ERR_INPUT : store_open(&setup, &m->store);
    if (e != OK) {
        mem_free(m);
        return e;
    }
    *out = m;
    return OK;
}

static enum err prepare(struct month *m)
{
    enum err e = stmt_prepare(
        m->store, "INSERT INTO dictionary (number, id, salt) VALUES (?1, ?2, ?3)", &m->put_row);

    return e != OK ? e
                   : stmt_prepare(m->store,
                                  "INSERT INTO commits (first, count, bundle, subjects, checkpoint)"
                                  " VALUES (?1, ?2, ?3, ?4, ?5)",
                                  &m->put_commit);
}

/* Runs a query of one row and looks at it with `look`; ERR_NOT_FOUND without a row. */
static enum err query(const struct month *m, const char *sql,
                      enum err (*look)(const struct stmt *st, void *ctx), void *ctx)
{
    struct stmt *st = NULL;
    bool row = false;
    enum err e = stmt_prepare(m->store, sql, &st);

    e = e != OK ? e : stmt_step(st, &row);
    if (e == OK) {
        e = row ? look(st, ctx) : ERR_NOT_FOUND;
    }
    stmt_finish(&st);
    return e;
}

static enum err see_version(const struct stmt *st, void *ctx)
{
    (void)ctx;
    return stmt_int(st, 0) == 0 ? ERR_NOT_FOUND : stmt_int(st, 0) == 1 ? OK : ERR_INPUT;
}

static enum err see_origin(const struct stmt *st, void *ctx)
{
    return span_eq_str(stmt_bytes(st, 0), ctx) ? OK : ERR_INPUT;
}

static enum err see_start(const struct stmt *st, void *ctx)
{
    struct month_tail *tail = ctx;

    tail->next = (uint64_t)stmt_int(st, 0);
    tail->last_ms = stmt_int(st, 1);
    return OK;
}

static enum err see_last(const struct stmt *st, void *ctx)
{
    struct month_tail *tail = ctx;
    struct span bundle = stmt_bytes(st, 2);
    struct span leaf = {0};
    uint64_t index = 0;

    while (leaf_next(&bundle, &leaf)) {
    }
    tail->next = (uint64_t)(stmt_int(st, 0) + stmt_int(st, 1));
    tail->sealed = leaf_is(leaf, ENTRY_SEAL);
    enum err e = leaf_time(leaf, &tail->last_ms);

    e = e != OK ? e : leaf_index(leaf, &index);
    return e == OK && index + 1 != tail->next ? ERR_INPUT : e;
}

static enum err read_tail(struct month *m, const char *origin)
{
    char want[PATH_BYTES];

    snprintf(want, sizeof(want), "%s", origin);
    enum err e = query(m, "PRAGMA user_version", see_version, NULL);

    e = e != OK ? e : query(m, "SELECT value FROM meta WHERE name = 'origin'", see_origin, want);
    e = e != OK ? e
                : query(m,
                        "SELECT a.value, b.value FROM meta a, meta b"
                        " WHERE a.name = 'first' AND b.name = 'time'",
                        see_start, &m->tail);
    if (e != OK) {
        return e;
    }
    e = query(m, "SELECT first, count, bundle FROM commits ORDER BY first DESC LIMIT 1", see_last,
              &m->tail);
    return e == ERR_NOT_FOUND ? OK : e;
}

enum err month_open(const char *directory, const char *name, const char *origin, struct month **out)
{
    struct month *m = NULL;
    enum err e = open_raw(directory, name, STORE_WRITE, &m);

    if (e != OK) {
        return e;
    }
    e = read_tail(m, origin);
    e = e != OK ? e : prepare(m);
    if (e != OK) {
        month_abandon(&m);
        return e;
    }
    *out = m;
    return OK;
}

static enum err put_meta(struct month *m, const char *origin, const struct month_tail *tail)
{
    struct stmt *st = NULL;
    enum err e = stmt_prepare(m->store,
                              "INSERT INTO meta (name, value)"
                              " VALUES ('origin', ?1), ('first', ?2), ('time', ?3)",
                              &st);

    if (e == OK) {
        stmt_bind_text(st, 1, span_str(origin));
        stmt_bind_int(st, 2, (int64_t)tail->next);
        stmt_bind_int(st, 3, tail->last_ms);
        e = stmt_exec(st);
    }
    stmt_finish(&st);
    return e;
}

static enum err copy_row(const struct stmt *from, struct stmt *to)
{
    stmt_bind_int(to, 1, stmt_int(from, 0));
    for (int at = 1; at <= 3; at++) {
        if (stmt_is_null(from, at)) {
            stmt_bind_null(to, at + 1);
        } else {
            stmt_bind_blob(to, at + 1, stmt_bytes(from, at));
        }
    }
    return stmt_exec(to);
}

static enum err copy_dictionary(struct month *m, const struct month *before)
{
    struct stmt *from = NULL;
    struct stmt *to = NULL;
    bool row = true;
    enum err e = stmt_prepare(
        before->store, "SELECT number, id, salt, hash FROM dictionary ORDER BY number", &from);

    e = e != OK ? e : stmt_prepare(m->store, "INSERT INTO dictionary VALUES (?1, ?2, ?3, ?4)", &to);
    while (e == OK && row) {
        e = stmt_step(from, &row);
        e = e == OK && row ? copy_row(from, to) : e;
    }
    stmt_finish(&from);
    stmt_finish(&to);
    return e;
}

/* What an unfinished creation may have left is an empty database: nothing was committed. */
static enum err fill(struct month *m, const char *origin, const struct month_tail *tail,
                     const struct month *before)
{
    enum err e = query(m, "PRAGMA user_version", see_version, NULL);

    if (e != ERR_NOT_FOUND) {
        return e == OK ? ERR_EXISTS : e;
    }
    e = store_begin(m->store);
    e = e != OK ? e : store_run(m->store, SCHEMA);
    e = e != OK ? e : put_meta(m, origin, tail);
    e = e != OK || before == NULL ? e : copy_dictionary(m, before);
    e = e != OK ? e : store_commit(m->store);
    m->tail = (struct month_tail){.next = tail->next, .last_ms = tail->last_ms};
    return e;
}

enum err month_create(const char *directory, const char *origin, const struct month_tail *tail,
                      const struct month *before, struct month **out)
{
    char name[MONTH_NAME_BYTES];
    struct month *m = NULL;

    month_name(tail->last_ms, name);
    enum err e = open_raw(directory, name, STORE_CREATE, &m);

    if (e != OK) {
        return e;
    }
    e = fill(m, origin, tail, before);
    e = e != OK ? e : prepare(m);
    if (e != OK) {
        month_abandon(&m);
        return e;
    }
    *out = m;
    return OK;
}

const char *month_file(const struct month *m)
{
    return m->name;
}

const struct month_tail *month_where(const struct month *m)
{
    return &m->tail;
}

static void read_row(const struct stmt *st, struct dictionary_row *row)
{
    struct span salt = stmt_bytes(st, 2);

    row->number = (uint32_t)stmt_int(st, 0);
    row->id = stmt_bytes(st, 1);
    if (salt.len == sizeof(row->salt)) {
        memcpy(row->salt, salt.ptr, salt.len);
    }
}

enum err month_read_dictionary(const struct month *m, struct dictionary *into)
{
    struct stmt *st = NULL;
    bool row = true;
    enum err e =
        stmt_prepare(m->store, "SELECT number, id, salt FROM dictionary ORDER BY number", &st);

    while (e == OK && row) {
        struct dictionary_row r = {0};

        e = stmt_step(st, &row);
        if (e == OK && row) {
            read_row(st, &r);
            e = dictionary_load(into, &r);
        }
    }
    stmt_finish(&st);
    return e;
}

enum err month_begin(struct month *m)
{
    return store_begin(m->store);
}

enum err month_put_row(struct month *m, const struct dictionary_row *row)
{
    stmt_bind_int(m->put_row, 1, row->number);
    stmt_bind_blob(m->put_row, 2, row->id);
    stmt_bind_blob(m->put_row, 3, span_of(row->salt, sizeof(row->salt)));
    return stmt_exec(m->put_row);
}

static void bind_or_null(struct stmt *st, int at, struct span bytes)
{
    if (bytes.len == 0) {
        stmt_bind_null(st, at);
    } else {
        stmt_bind_blob(st, at, bytes);
    }
}

enum err month_put(struct month *m, const struct month_commit *c)
{
    stmt_bind_int(m->put_commit, 1, (int64_t)c->first);
    stmt_bind_int(m->put_commit, 2, c->count);
    stmt_bind_blob(m->put_commit, 3, c->bundle);
    bind_or_null(m->put_commit, 4, c->sides);
    bind_or_null(m->put_commit, 5, c->checkpoint);
    return stmt_exec(m->put_commit);
}

enum err month_finish(struct month *m, const struct month_tail *tail)
{
    enum err e = store_commit(m->store);

    e = e != OK ? e : store_unmoved(m->store);
    if (e == OK) {
        m->tail = *tail;
    }
    return e;
}

void month_rollback(struct month *m)
{
    store_rollback(m->store);
}

enum err month_unmoved(const struct month *m)
{
    return store_unmoved(m->store);
}

enum err month_tidy(struct month *m)
{
    return store_wal_pages(m->store) < TIDY_PAGES ? OK : store_checkpoint(m->store);
}

unsigned month_wal_pages(const struct month *m)
{
    return store_wal_pages(m->store);
}
