/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The import from beginning to end. The new database ends in rollback-journal
 * mode: it has no -wal beside it that a later file of the same name could
 * inherit, and nobody ever writes to it again.
 */
#include "district/import.h"

#include "base/clock.h"
#include "district/build.h"
#include "district/manifest.h"
#include "district/shape.h"
#include "district/stage.h"
#include "store/stmt.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_PATH = 4096 };

struct import {
    const char *url;
    struct diag_list *diags;
    struct bundle *bundle;
    struct manifest manifest;
    struct stage stage;
    struct store *store;
    bool claimed; /* the new file is ours to remove */
    char final[MAX_PATH];
    char fresh[MAX_PATH];
};

static enum err query_int(struct store *s, const char *sql, int64_t *out)
{
    struct stmt *st = NULL;
    bool row = false;
    enum err e = stmt_prepare(s, sql, &st);

    e = e != OK ? e : stmt_step(st, &row);
    if (e == OK && row) {
        *out = stmt_int(st, 0);
    }
    stmt_finish(&st);
    return e;
}

/* A file that is there may be replaced only if it is an embedded source's. */
static enum err check_target(struct import *x)
{
    const struct store_setup setup = {.path = x->final, .mode = STORE_READ};
    struct store *old = NULL;
    int64_t id = 0;
    enum err e = store_open(&setup, &old);

    if (e == ERR_NOT_FOUND) {
        return OK;
    }
    e = e != OK ? e : query_int(old, "PRAGMA application_id", &id);
    store_close(&old);
    if (e != OK || id != IMPORT_APPLICATION_ID) {
        diag_add(x->diags, DIAG_ERROR, x->final, 0, 0,
                 "this file is not a database of the embedded source; it is left alone");
        return ERR_INPUT;
    }
    return OK;
}

static enum err claim_fresh(struct import *x)
{
    struct stat st;

    if (lstat(x->fresh, &st) == 0) {
        diag_add(x->diags, DIAG_ERROR, x->fresh, 0, 0,
                 "another import is running, or one was killed; then remove this file");
        return ERR_EXISTS;
    }
    return errno == ENOENT ? OK : ERR_IO;
}

static enum err open_fresh(struct import *x)
{
    const struct store_setup setup = {.path = x->fresh, .mode = STORE_CREATE};
    char folder[MAX_PATH];
    enum err e = claim_fresh(x);

    if (e != OK) {
        return e;
    }
    x->claimed = true;
    /* Temporary tables hold what the database will hold: keep them on its disk. */
    (void)snprintf(folder, sizeof(folder), "%s", x->final);
    if (setenv("SQLITE_TMPDIR", dirname(folder), 1) != 0) {
        return ERR_MEMORY;
    }
    e = store_open(&setup, &x->store);
    e = e != OK ? e : store_run(x->store, "PRAGMA temp_store=FILE; PRAGMA cache_size=-65536;");
    return e != OK ? e : store_begin(x->store);
}

static enum err stage_all(struct import *x)
{
    enum err e = stage_init(&x->stage);

    for (int id = 0; id < TABLE_COUNT && e == OK; id++) {
        e = x->manifest.bulk[id] ? stage_load(&x->stage, x->bundle, (enum table_id)id)
                                 : stage_skip(&x->stage, (enum table_id)id);
    }
    /* References are looked at only when every file could be read as it is. */
    if (e == OK && x->diags->errors == 0) {
        e = stage_check(&x->stage);
    }
    return e == OK && x->diags->errors > 0 ? ERR_INPUT : e;
}

static enum err put_setting(struct import *x, const char *name, struct span value)
{
    struct stmt *st = NULL;
    enum err e = stmt_prepare(x->store, "INSERT INTO settings VALUES(?,?)", &st);

    if (e == OK) {
        stmt_bind_text(st, 1, span_str(name));
        stmt_bind_text(st, 2, value);
        e = stmt_exec(st);
    }
    stmt_finish(&st);
    return e;
}

static enum err build(struct import *x)
{
    struct buf now;

    buf_init(&now, 64);
    clock_put_rfc3339(&now, clock_wall_ms());
    struct build_setup setup = {&x->stage, span_str(x->url), buf_span(&now)};
    enum err e = buf_err(&now) != OK ? buf_err(&now) : build_all(&setup);

    e = e != OK ? e : put_setting(x, "url", setup.url);
    e = e != OK ? e : put_setting(x, "imported", setup.now);
    buf_fini(&now);
    return e;
}

static enum err count(struct import *x, struct import_counts *out)
{
    int64_t n[4] = {0};
    enum err e = query_int(x->store, "SELECT count(*) FROM users", &n[0]);

    e = e != OK ? e : query_int(x->store, "SELECT count(*) FROM users WHERE views&2", &n[1]);
    e = e != OK ? e : query_int(x->store, "SELECT count(*) FROM classes", &n[2]);
    e = e != OK ? e : query_int(x->store, "SELECT count(*) FROM enrollments", &n[3]);
    if (e == OK) {
        *out =
            (struct import_counts){(uint64_t)n[0], (uint64_t)n[1], (uint64_t)n[2], (uint64_t)n[3]};
    }
    return e;
}

static enum err seal(struct import *x)
{
    char sql[128];

    (void)snprintf(sql, sizeof(sql), "PRAGMA application_id=%d; PRAGMA user_version=%d;",
                   IMPORT_APPLICATION_ID, IMPORT_FORM);
    enum err e = store_run(x->store, sql);

    e = e != OK ? e : store_commit(x->store);
    return e != OK ? e : store_run(x->store, "PRAGMA journal_mode=DELETE");
}

static enum err sync_folder(const char *path)
{
    char copy[MAX_PATH];

    (void)snprintf(copy, sizeof(copy), "%s", path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0) {
        (void)close(fd);
    }
    return good ? OK : ERR_IO;
}

static void discard(struct import *x)
{
    static const char *const tails[] = {"", "-wal", "-shm", "-journal"};
    char path[MAX_PATH + 16];

    if (x->store != NULL) {
        store_rollback(x->store);
        store_abandon(&x->store);
    }
    for (size_t i = 0; x->claimed && i < sizeof(tails) / sizeof(tails[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s%s", x->fresh, tails[i]);
        (void)unlink(path);
    }
}

static enum err load(struct import *x, const char *bundle, struct import_counts *out)
{
    enum err e = bundle_open(bundle, x->diags, &x->bundle);

    e = e != OK ? e : manifest_read(x->bundle, x->diags, &x->manifest);
    x->stage = (struct stage){.store = x->store, .diags = x->diags, .version = x->manifest.version};
    e = e != OK ? e : stage_all(x);
    e = e != OK ? e : build(x);
    e = e != OK ? e : count(x, out);
    bundle_close(&x->bundle);
    return e != OK ? e : seal(x);
}

static enum err replace(struct import *x)
{
    store_close(&x->store);
    if (rename(x->fresh, x->final) != 0) {
        return ERR_IO;
    }
    return sync_folder(x->final);
}

enum err import_bundle(const char *bundle, const char *path, const char *url,
                       struct diag_list *diags, struct import_counts *out)
{
    struct import x = {.url = url, .diags = diags};
    struct import_counts counts = {0};
    int n = snprintf(x.final, sizeof(x.final), "%s", path);
    int m = snprintf(x.fresh, sizeof(x.fresh), "%s.importing", path);

    if (n <= 0 || m < 0 || (size_t)m >= sizeof(x.fresh)) {
        return ERR_INPUT;
    }
    enum err e = check_target(&x);

    e = e != OK ? e : open_fresh(&x);
    e = e != OK ? e : load(&x, bundle, &counts);
    e = e != OK ? e : replace(&x);
    if (e != OK) {
        discard(&x);
        return e;
    }
    *out = counts;
    return OK;
}
