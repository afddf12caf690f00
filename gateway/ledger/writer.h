/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEDGER_WRITER_H
#define LEDGER_WRITER_H

#include "ledger/dictionary.h"
#include "ledger/ledger.h"
#include "ledger/queue.h"

/*
 * Turns items into leaves and commits them; owns the month's file and moves on
 * to the next one. For one thread at a time.
 *
 * Errors of writer_commit() and writer_note(): nothing of the commit may be
 * acknowledged. ERR_LEDGER_FULL, ERR_MEMORY, ERR_LOCKED: nothing was written, it may be
 * tried again. ERR_LEDGER, ERR_LEDGER_MOVED: never use this writer again.
 */
struct writer;

/*
 * Checks and locks the folder, opens or creates the file, loads the dictionary,
 * commits the `start` entry. As ledger_open(). The dictionary is borrowed.
 */
enum err writer_open(const struct ledger_setup *setup, struct dictionary *dictionary,
                     struct writer **out) MUST_CHECK;

/* Closes and unlocks; after a failure the files are left as they are. */
void writer_close(struct writer **w, bool failed);

/* Commits the items, in order. Index of the first one to `*first`. The list stays the caller's. */
enum err writer_commit(struct writer *w, const struct item *list, uint64_t *first) MUST_CHECK;

/* Commits one entry of the ledger's own. */
enum err writer_note(struct writer *w, enum entry_kind kind, struct span body) MUST_CHECK;

/* Between commits: files still ours, WAL kept short. OK, ERR_LEDGER, ERR_LEDGER_MOVED. */
enum err writer_tidy(struct writer *w) MUST_CHECK;

/* Entries durable, and pages in the WAL. */
uint64_t writer_size(const struct writer *w);
unsigned writer_wal_pages(const struct writer *w);

#endif
