/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index: filling it. Columns are taken from the leaf's own bytes, so that
 * `verify` can do the same and compare. Entries are taken in in slices, each a
 * transaction of index.db that also moves the position.
 */
#include "ledger/index.h"

#include "base/digest.h"
#include "base/mem.h"
#include "ledger/index_priv.h"
#include "ledger/leaf.h"
#include "ledger/view.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

enum { SLICE = 2000, PATH_BYTES = 4096, BUSY_MS = 2000 };

static const char SCHEMA[] =
    "CREATE TABLE IF NOT EXISTS entries (at INTEGER PRIMARY KEY, time INTEGER, kind TEXT,"
    " exchange TEXT, partner TEXT, client TEXT, agreement TEXT, resource TEXT, class TEXT,"
    " reason TEXT, status INTEGER);"
    "CREATE INDEX IF NOT EXISTS by_kind ON entries (kind, at);"
    "CREATE INDEX IF NOT EXISTS by_partner ON entries (partner, at);"
    "CREATE INDEX IF NOT EXISTS by_exchange ON entries (exchange, at) WHERE exchange IS NOT NULL;"
    "CREATE TABLE IF NOT EXISTS postings (subject INTEGER, at INTEGER,"
    " PRIMARY KEY (subject, at)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS sets (name TEXT, at INTEGER, PRIMARY KEY (name, at))"
    " WITHOUT ROWID;"
    /* Up to where it was read, and the hash of the leaf before: is it still the same log? */
    "CREATE TABLE IF NOT EXISTS position (only INTEGER PRIMARY KEY CHECK (only = 1),"
    " next INTEGER, hash BLOB);";

/* --- open and close */

static enum err take_lock(const char *directory, bool wait, int *out)
{
    char path[PATH_BYTES];
    int n = snprintf(path, sizeof(path), "%s/index.lock", directory);

    if (n < 0 || (size_t)n >= sizeof(path)) {
        return ERR_INPUT;
    }
    int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd < 0) {
        return ERR_IO;
    }
    if (flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB)) != 0) {
        bool held = errno == EWOULDBLOCK;

        (void)close(fd);
        return held ? ERR_LOCKED : ERR_IO;
    }
    *out = fd;
    return OK;
}

void ledger_index_close(struct index **x)
{
    if (*x == NULL) {
        return;
    }
    stmt_finish(&(*x)->put_entry);
    stmt_finish(&(*x)->put_posting);
    stmt_finish(&(*x)->put_set);
    stmt_finish(&(*x)->put_position);
    store_close(&(*x)->store);
    if ((*x)->lock >= 0) {
        (void)close((*x)->lock);
    }
    mem_free((*x)->numbers);
    mem_free(*x);
    *x = NULL;
}

static enum err prepare(struct index *x)
{
    enum err e = store_run(x->store, SCHEMA);

    e = e != OK ? e
                : stmt_prepare(x->store,
                               "INSERT INTO entries VALUES"
                               " (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                               &x->put_entry);
    e = e != OK ? e
                : stmt_prepare(x->store, "INSERT INTO postings VALUES (?1, ?2)", &x->put_posting);
    e = e != OK ? e : stmt_prepare(x->store, "INSERT INTO sets VALUES (?1, ?2)", &x->put_set);
    return e != OK ? e
                   : stmt_prepare(x->store,
                                  "INSERT OR REPLACE INTO position (only, next, hash)"
                                  " VALUES (1, ?1, ?2)",
                                  &x->put_position);
}

enum err ledger_index_open(const char *directory, bool wait, struct index **out)
{
    char path[PATH_BYTES];
    struct store_setup setup = {.path = path, .mode = STORE_CREATE, .busy_ms = BUSY_MS};
    struct index *x = mem_alloc(sizeof(*x));
    int n = snprintf(path, sizeof(path), "%s/index.db", directory);

    if (x == NULL) {
        return ERR_MEMORY;
    }
    x->lock = -1;
    enum err e =
        n < 0 || (size_t)n >= sizeof(path) ? ERR_INPUT : take_lock(directory, wait, &x->lock);

    e = e != OK ? e : store_open(&setup, &x->store);
    e = e != OK ? e : prepare(x);
    if (e != OK) {
        ledger_index_close(&x);
        return e;
    }
    *out = x;
    return OK;
}

/* --- one entry */

static void bind_text(struct stmt *st, int at, struct span text)
{
    if (text.len == 0) {
        stmt_bind_null(st, at);
    } else {
        stmt_bind_text(st, at, text);
    }
}

/* `start` entries are told apart by their cause, in the column `reason`. */
static enum err put_entry(struct index *x, const struct reader_entry *entry, const struct view *v)
{
    static const char *const columns[] = {"exchange",  "partner",  "client",
                                          "agreement", "resource", "class"};
    struct span reason = view_text(v, "reason");
    int64_t ms = 0;
    enum err e = leaf_time(entry->leaf, &ms);

    stmt_bind_int(x->put_entry, 1, (int64_t)entry->index);
    stmt_bind_int(x->put_entry, 2, ms);
    bind_text(x->put_entry, 3, view_text(v, "kind"));
    for (int i = 0; i < 6; i++) {
        bind_text(x->put_entry, 4 + i, view_text(v, columns[i]));
    }
    bind_text(x->put_entry, 10, reason.len > 0 ? reason : view_text(v, "cause"));
    stmt_bind_int(x->put_entry, 11, view_number(v, "status", 0));
    return e != OK ? e : stmt_exec(x->put_entry);
}

static enum err put_set(struct index *x, const struct reader_entry *entry, const struct view *v)
{
    struct span name = view_text(v, "set");

    if (!span_eq_str(view_text(v, "kind"), entry_kind_name(ENTRY_FIELDS)) || name.len == 0) {
        return OK;
    }
    stmt_bind_text(x->put_set, 1, name);
    stmt_bind_int(x->put_set, 2, (int64_t)entry->index);
    return stmt_exec(x->put_set);
}

static enum err numbers_room(struct index *x, size_t count)
{
    if (count <= x->number_cap) {
        return OK;
    }
    uint32_t *grown = mem_resize(x->numbers, count * sizeof(*grown));

    if (grown == NULL) {
        return ERR_MEMORY;
    }
    x->numbers = grown;
    x->number_cap = count;
    return OK;
}

static enum err put_postings(struct index *x, const struct reader_entry *entry, int64_t count)
{
    if (entry->blob.len == 0) {
        return OK; /* about nobody, or erased */
    }
    if (count < 1 || count > ENTRY_MAX_SUBJECTS) {
        return ERR_INPUT;
    }
    enum err e = numbers_room(x, (size_t)count);

    e = e != OK ? e : subjects_decode(entry->blob, (size_t)count, x->numbers);
    stmt_bind_int(x->put_posting, 2, (int64_t)entry->index);
    for (int64_t i = 0; i < count && e == OK; i++) {
        stmt_bind_int(x->put_posting, 1, x->numbers[i]);
        e = stmt_exec(x->put_posting);
    }
    return e;
}

static enum err take_in(struct index *x, const struct reader_entry *entry)
{
    struct view *v = NULL;
    enum err e = view_read(entry->leaf, &v);

    e = e != OK ? e : put_entry(x, entry, v);
    e = e != OK ? e : put_set(x, entry, v);
    e = e != OK ? e : put_postings(x, entry, view_subject_count(v));
    view_free(&v);
    return e;
}

/* --- the position */

static enum err read_position(struct index *x, uint64_t *next, uint8_t hash[DIGEST_BYTES])
{
    struct stmt *st = NULL;
    bool row = false;
    enum err e = stmt_prepare(x->store, "SELECT next, hash FROM position", &st);

    e = e != OK ? e : stmt_step(st, &row);
    *next = 0;
    if (e == OK && row && stmt_bytes(st, 1).len == DIGEST_BYTES) {
        *next = (uint64_t)stmt_int(st, 0);
        memcpy(hash, stmt_bytes(st, 1).ptr, DIGEST_BYTES);
    }
    stmt_finish(&st);
    return e;
}

/* True if the leaf before `next` is the one that was read then. */
static enum err same_log(struct reader *r, uint64_t next, const uint8_t *hash, bool *out)
{
    struct reader_entry entry;
    uint8_t now[DIGEST_BYTES];
    enum err e = next == 0 ? ERR_NOT_FOUND : reader_get(r, next - 1, &entry);

    if (e == OK) {
        e = digest_of(entry.leaf, now);
    }
    *out = e == OK && memcmp(now, hash, sizeof(now)) == 0;
    return e == ERR_NOT_FOUND ? OK : e;
}

static enum err put_position(struct index *x, uint64_t next, const uint8_t *hash)
{
    stmt_bind_int(x->put_position, 1, (int64_t)next);
    stmt_bind_blob(x->put_position, 2, span_of(hash, DIGEST_BYTES));
    return stmt_exec(x->put_position);
}

/* Takes in up to SLICE entries from `*next` on; `*more` is false at the end of the log. */
static enum err take_slice(struct index *x, struct reader *r, uint64_t *next, bool *more)
{
    uint8_t hash[DIGEST_BYTES];
    struct reader_entry entry;
    uint64_t at = *next;
    enum err e = OK;

    *more = true;
    for (unsigned n = 0; n < SLICE && e == OK; n++) {
        e = reader_get(r, at, &entry);
        if (e == ERR_NOT_FOUND) {
            *more = false;
            break;
        }
        e = e != OK ? e : take_in(x, &entry);
        e = e != OK ? e : digest_of(entry.leaf, hash);
        at++;
    }
    e = e == ERR_NOT_FOUND ? OK : e;
    if (e == OK && at > *next) {
        e = put_position(x, at, hash);
    }
    *next = e == OK ? at : *next;
    return e;
}

static enum err update_slice(struct index *x, struct reader *r, uint64_t *next, bool *more)
{
    enum err e = store_begin(x->store);

    e = e != OK ? e : take_slice(x, r, next, more);
    e = e != OK ? e : store_commit(x->store);
    if (e != OK) {
        store_rollback(x->store);
        return e;
    }
    return store_wal_pages(x->store) > SLICE ? store_checkpoint(x->store) : OK;
}

static enum err begin_anew(struct index *x)
{
    return store_run(x->store, "BEGIN; DELETE FROM entries; DELETE FROM postings;"
                               "DELETE FROM sets; DELETE FROM position; COMMIT;");
}

enum err ledger_index_update(struct index *x, struct reader *r)
{
    uint8_t hash[DIGEST_BYTES] = {0};
    uint64_t next = 0;
    bool same = false;
    bool more = true;
    enum err e = read_position(x, &next, hash);

    e = e != OK ? e : same_log(r, next, hash, &same);
    if (e == OK && !same) {
        next = 0;
        e = begin_anew(x);
    }
    while (e == OK && more) {
        e = update_slice(x, r, &next, &more);
    }
    return e;
}

enum err ledger_index_refresh(const char *directory)
{
    struct reader *r = NULL;
    struct index *x = NULL;
    enum err e = reader_open(directory, &r);

    e = e != OK ? e : ledger_index_open(directory, false, &x);
    e = e != OK ? e : ledger_index_update(x, r);
    ledger_index_close(&x);
    reader_close(&r);
    return e;
}
