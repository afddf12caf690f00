/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEDGER_MONTH_H
#define LEDGER_MONTH_H

#include "ledger/dictionary.h"
#include "store/store.h"

/*
 * One month's file, as its writer has it open: the tables and the commit. Errors
 * are the store's (ERR_STORE_FULL, ERR_STORE, ERR_LOCKED, ERR_MEMORY).
 */
enum { MONTH_NAME_BYTES = sizeof("ledger-2026-11.db") };

/* "ledger-YYYY-MM.db" of the UTC month that an instant is in. */
void month_name(int64_t ms, char out[MONTH_NAME_BYTES]);

/* The months' files of a folder, oldest first. */
struct month_list {
    char (*names)[MONTH_NAME_BYTES];
    size_t count;
};

/* ERR_IO (folder not readable), ERR_MEMORY. */
enum err month_list_read(const char *directory, struct month_list *out) MUST_CHECK;
void month_list_fini(struct month_list *list);

struct month;

/* Where a file stands. */
struct month_tail {
    uint64_t next;   /* index of the next entry */
    int64_t last_ms; /* no later entry may have an earlier time */
    bool sealed;     /* its last entry is a `seal` */
};

/*
 * Opens an existing file for writing. Also ERR_NOT_FOUND (there is none, or it
 * was never finished: month_create() may take it), ERR_INPUT (of another origin,
 * not a ledger, or its last entry cannot be read).
 */
enum err month_open(const char *directory, const char *name, const char *origin,
                    struct month **out) MUST_CHECK;

/*
 * Makes the file of the month that `tail->last_ms` is in, to go on from `tail`;
 * the dictionary is copied from `before` (NULL: the log begins). All or nothing.
 */
enum err month_create(const char *directory, const char *origin, const struct month_tail *tail,
                      const struct month *before, struct month **out) MUST_CHECK;

/* Moves the WAL into the database and closes; or leaves the files as they are. */
void month_close(struct month **m);
void month_abandon(struct month **m);

/* Borrowed: the file's name without folder. */
const char *month_file(const struct month *m);
const struct month_tail *month_where(const struct month *m);

/* Loads every row. Also dictionary_load()'s. */
enum err month_read_dictionary(const struct month *m, struct dictionary *into) MUST_CHECK;

/* One row: everything of one group commit. */
struct month_commit {
    uint64_t first;
    unsigned count;
    struct span bundle;
    struct span sides;
    /* The signed checkpoint over first + count entries; empty is stored as NULL. The tree
     * that makes it comes with its own issue and fills this in before month_put(). */
    struct span checkpoint;
};

/* A transaction: begin, rows, put, then finish; or month_rollback(). */
enum err month_begin(struct month *m) MUST_CHECK;
enum err month_put_row(struct month *m, const struct dictionary_row *row) MUST_CHECK;
enum err month_put(struct month *m, const struct month_commit *c) MUST_CHECK;

/* OK: durable, and the files are still ours; `tail` is where it stands then. Also ERR_LEDGER_MOVED.
 */
enum err month_finish(struct month *m, const struct month_tail *tail) MUST_CHECK;
void month_rollback(struct month *m);

/* OK or ERR_LEDGER_MOVED. */
enum err month_unmoved(const struct month *m) MUST_CHECK;

/* Between commits: moves the WAL into the database when it has grown past 4 MiB. */
enum err month_tidy(struct month *m) MUST_CHECK;
unsigned month_wal_pages(const struct month *m);

#endif
