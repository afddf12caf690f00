/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SQLite wrapper. Invariants: a writer that was opened runs in WAL mode with
 * synchronous=FULL (read back, not assumed); its files belong to us, mode 0600;
 * once SQLite holds a file this process never opens it by other means, because
 * closing any descriptor of it would drop SQLite's POSIX locks: stat() by path
 * and the descriptors SQLite itself holds are all that is looked at.
 * It does not retry, pool or share connections.
 */
#include "store/store.h"

#include "base/mem.h"
#include "store/stmt.h"
#include "store/store_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err of_errno(int number)
{
    return number == ENOSPC || number == EDQUOT ? ERR_STORE_FULL : ERR_STORE;
}

/* A failed sync is never "full": the kernel has dropped the pages (sqlite-durability 3.2). */
static enum err of_io(sqlite3 *db, int rc)
{
    bool sync = rc == SQLITE_IOERR_FSYNC || rc == SQLITE_IOERR_DIR_FSYNC;

    if (rc == SQLITE_IOERR_NOMEM || rc == SQLITE_IOERR_SHMMAP) {
        return rc == SQLITE_IOERR_NOMEM ? ERR_MEMORY : ERR_STORE;
    }
    return sync || db == NULL ? ERR_STORE : of_errno(sqlite3_system_errno(db));
}

static enum err of_constraint(int rc)
{
    bool twice = rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY ||
                 rc == SQLITE_CONSTRAINT_ROWID;

    return twice ? ERR_EXISTS : ERR_INPUT;
}

enum err store_of_rc(sqlite3 *db, int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return OK;
    case SQLITE_NOMEM:
        return ERR_MEMORY;
    case SQLITE_FULL:
        return ERR_STORE_FULL;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_LOCKED;
    case SQLITE_TOOBIG:
        return ERR_TOO_BIG;
    case SQLITE_CONSTRAINT:
        return of_constraint(rc);
    case SQLITE_IOERR:
        return of_io(db, rc);
    default:
        return ERR_STORE;
    }
}

enum err store_run(struct store *s, const char *sql)
{
    return store_of_rc(s->db, sqlite3_exec(s->db, sql, NULL, NULL, NULL));
}

/* Runs a pragma and compares its one answer. */
static enum err pragma_is(struct store *s, const char *sql, const char *want)
{
    struct stmt *st = NULL;
    bool row = false;
    enum err e = stmt_prepare(s, sql, &st);

    if (e == OK) {
        e = stmt_step(st, &row);
    }
    if (e == OK && (!row || !span_eq_str(stmt_bytes(st, 0), want))) {
        e = ERR_STORE;
    }
    stmt_finish(&st);
    return e;
}

static enum err harden(struct store *s, const struct store_setup *setup)
{
    sqlite3 *db = s->db;
    bool reader = setup->mode == STORE_READ;
    bool ok = sqlite3_extended_result_codes(db, 1) == SQLITE_OK &&
              sqlite3_busy_timeout(db, setup->busy_ms) == SQLITE_OK &&
              sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) == SQLITE_OK &&
              sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL) == SQLITE_OK &&
              sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL) == SQLITE_OK &&
              sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL) == SQLITE_OK &&
              sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, setup->foreign_keys ? 1 : 0,
                                NULL) == SQLITE_OK &&
              sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, reader ? 1 : 0, NULL) ==
                  SQLITE_OK &&
              sqlite3_wal_autocheckpoint(db, 0) == SQLITE_OK;

    return ok ? store_run(s, "PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY;"
                             "PRAGMA cell_size_check=ON;")
              : ERR_STORE;
}

/* Called by SQLite after each commit; must return SQLITE_OK. */
static int on_wal(void *ctx, sqlite3 *db, const char *name, int pages)
{
    struct store *s = ctx;

    (void)db;
    (void)name;
    s->wal_pages = (unsigned)pages;
    return SQLITE_OK;
}

static enum err set_writer(struct store *s)
{
    enum err e = pragma_is(s, "PRAGMA journal_mode=WAL", "wal");

    e = e != OK ? e : store_run(s, "PRAGMA synchronous=FULL");
    e = e != OK ? e : pragma_is(s, "PRAGMA synchronous", "2");
    /* A write lock taken and given back makes SQLite open the -wal now. */
    e = e != OK ? e : store_run(s, "BEGIN IMMEDIATE; ROLLBACK");
    (void)sqlite3_wal_hook(s->db, on_wal, s);
    return e != OK ? e : store_remember(s);
}

static enum err set_mode(struct store *s, const struct store_setup *setup)
{
    enum err e = harden(s, setup);

    if (e == OK && setup->mode == STORE_READ) {
        return store_run(s, "PRAGMA query_only=ON");
    }
    return e != OK ? e : set_writer(s);
}

static int flags_of(enum store_mode mode)
{
    int access = mode == STORE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;

    return access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
}

enum err store_open(const struct store_setup *setup, struct store **out)
{
    struct store *s = NULL;
    enum err e = store_claim(setup->path, setup->mode);

    if (e != OK) {
        return e;
    }
    s = mem_alloc(sizeof(*s));
    if (s == NULL) {
        return ERR_MEMORY;
    }
    int n = snprintf(s->path, sizeof(s->path), "%s", setup->path);
    int m = snprintf(s->wal_path, sizeof(s->wal_path), "%s-wal", setup->path);

    if (n < 0 || m < 0 || (size_t)m >= sizeof(s->wal_path)) {
        e = ERR_INPUT;
    } else {
        e = store_of_rc(NULL, sqlite3_open_v2(s->path, &s->db, flags_of(setup->mode), NULL));
    }
    e = e != OK ? e : set_mode(s, setup);
    if (e != OK) {
        store_abandon(&s);
        return e;
    }
    *out = s;
    return OK;
}

void store_close(struct store **s)
{
    if (*s != NULL) {
        (void)sqlite3_close_v2((*s)->db);
        mem_free(*s);
        *s = NULL;
    }
}

void store_abandon(struct store **s)
{
    if (*s != NULL && (*s)->db != NULL) {
        (void)sqlite3_db_config((*s)->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    }
    store_close(s);
}

const char *store_message(const struct store *s)
{
    return sqlite3_errmsg(s->db);
}

enum err store_begin(struct store *s)
{
    if (sqlite3_db_readonly(s->db, "main") == 0) {
        return store_run(s, "BEGIN IMMEDIATE");
    }
    /* A deferred transaction takes its snapshot at the first read. */
    return store_run(s, "BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1");
}

enum err store_commit(struct store *s)
{
    return store_run(s, "COMMIT");
}

void store_rollback(struct store *s)
{
    if (sqlite3_get_autocommit(s->db) == 0) {
        (void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    }
}

int64_t store_last_rowid(const struct store *s)
{
    return sqlite3_last_insert_rowid(s->db);
}

int64_t store_changes(const struct store *s)
{
    return sqlite3_changes64(s->db);
}

unsigned store_wal_pages(const struct store *s)
{
    return s->wal_pages;
}

enum err store_checkpoint(struct store *s)
{
    int left = 0;
    int moved = 0;
    int rc = sqlite3_wal_checkpoint_v2(s->db, "main", SQLITE_CHECKPOINT_PASSIVE, &left, &moved);

    /* A reader in the way is no error: the next checkpoint gets further. */
    return (rc & 0xff) == SQLITE_BUSY ? OK : store_of_rc(s->db, rc);
}

enum err store_check(struct store *s)
{
    return pragma_is(s, "PRAGMA integrity_check(1)", "ok");
}
