/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/err.h"
#include "base/span.h"

/*
 * One SQLite connection, opened safely: files of mode 0600, WAL,
 * synchronous=FULL read back, no mmap, no automatic checkpoint, untrusted
 * schema. A connection and its statements belong to one thread at a time. Per
 * file there is one writing connection in one process; all else reads.
 *
 * Unless a function says less, it can return: ERR_STORE_FULL (disk or quota
 * full: rolled back, may be tried again), ERR_LOCKED (another connection held
 * the lock longer than busy_ms), ERR_MEMORY, ERR_TOO_BIG (value over 1 GB),
 * ERR_STORE (everything else, failed syncs included: never to be retried).
 */
struct store;

enum store_mode {
    STORE_READ,  /* read-only; never writes, never checkpoints */
    STORE_WRITE, /* the one writer of an existing file */
    STORE_CREATE /* the one writer; creates the file when it is missing */
};

struct store_setup {
    const char *path; /* not a symbolic link; its folder must be writable for all modes */
    enum store_mode mode;
    bool foreign_keys;
    int busy_ms; /* how long to wait for a lock; 0: not at all */
};

/*
 * Opens; the connection is the caller's. Writers tighten a file of looser mode
 * to 0600. Also ERR_NOT_FOUND (no such file), ERR_INPUT (a symbolic link, not a
 * regular file, another user's).
 */
enum err store_open(const struct store_setup *setup, struct store **out) MUST_CHECK;

/*
 * Closes and sets NULL; all statements must be finished. An open transaction is
 * rolled back. A writer that closes last moves the WAL into the database.
 */
void store_close(struct store **s);

/* As store_close, but touches the files no more: for a writer that failed. */
void store_abandon(struct store **s);

/* Runs one or more statements without parameters; rows are ignored. */
enum err store_run(struct store *s, const char *sql) MUST_CHECK;

/* What SQLite said last: names of tables and columns, never values. Until the next call. */
const char *store_message(const struct store *s);

/* BEGIN IMMEDIATE (writers) or a read snapshot that starts now (readers). */
enum err store_begin(struct store *s) MUST_CHECK;

/*
 * OK means durable. After any error nothing of the transaction may be relied
 * upon either way; call store_rollback.
 */
enum err store_commit(struct store *s) MUST_CHECK;

/* Ends a transaction without its changes; harmless when there is none. */
void store_rollback(struct store *s);

/* Of the last INSERT; and rows changed by the last statement. */
int64_t store_last_rowid(const struct store *s);
int64_t store_changes(const struct store *s);

/* Pages in the WAL after the last commit of this connection (4,096 bytes each, mostly). */
unsigned store_wal_pages(const struct store *s);

/* Moves what no reader needs from the WAL to the database; never waits. Writers only. */
enum err store_checkpoint(struct store *s) MUST_CHECK;

/*
 * Writers: OK if database and -wal are, by path, still the files that were
 * opened (device, inode, one link); else ERR_LEDGER_MOVED. SQLite itself would
 * commit happily into deleted files (measured).
 */
enum err store_unmoved(const struct store *s) MUST_CHECK;

/* PRAGMA integrity_check: OK, or ERR_STORE when the file is damaged. */
enum err store_check(struct store *s) MUST_CHECK;

#endif
