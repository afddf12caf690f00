/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_STORE_PRIV_H
#define STORE_STORE_PRIV_H

#include "store/store.h"

#include <sqlite3.h>
#include <sys/types.h>

/* What a path must still lead to. */
struct store_identity {
    dev_t device;
    ino_t inode;
};

struct store {
    sqlite3 *db;
    unsigned wal_pages;
    struct store_identity main_file; /* writers only */
    struct store_identity wal_file;
    char path[4096];
    char wal_path[4096];
};

struct stmt {
    struct store *owner; /* borrowed */
    sqlite3_stmt *raw;
    int bad; /* first failed bind since the last reset, an SQLite code */
};

/* SQLite's answer as ours; `db` may be NULL (then errno is not looked at). */
enum err store_of_rc(sqlite3 *db, int rc);

/* Before SQLite opens `path`: creates or tightens the file. As store_open. */
enum err store_claim(const char *path, enum store_mode mode) MUST_CHECK;

/*
 * Takes the identity of both files by path and sees that SQLite's own
 * descriptors lead to the same. ERR_STORE when they do not.
 */
enum err store_remember(struct store *s) MUST_CHECK;

#endif
