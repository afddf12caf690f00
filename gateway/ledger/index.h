/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEDGER_INDEX_H
#define LEDGER_INDEX_H

#include "ledger/reader.h"

/*
 * index.db: what the ledger can be searched by, derived from it and from nothing
 * else. It may be deleted at any time. Whoever opens it holds `index.lock` until
 * it is closed: one process at a time, for moments.
 */
struct index;

/*
 * Opens or creates the folder's index. ERR_LOCKED (another process has it open;
 * with `wait` its end is waited for), ERR_IO, ERR_MEMORY, or the store's.
 */
enum err ledger_index_open(const char *directory, bool wait, struct index **out) MUST_CHECK;
void ledger_index_close(struct index **x);

/*
 * Takes in every entry up to the ledger's end; begins anew when the index belongs
 * to another ledger. ERR_INPUT: an entry, or its subjects, cannot be read.
 */
enum err ledger_index_update(struct index *x, struct reader *r) MUST_CHECK;

/* open, update, close, never waiting: for the gateway's housekeeping, every few seconds. */
enum err ledger_index_refresh(const char *directory) MUST_CHECK;

/* What to look for; empty members do not narrow. Newest first. */
struct index_query {
    struct span kind;
    struct span partner;
    struct span exchange;
    int64_t since_ms;
    uint64_t limit; /* 0: no limit */
};

/* Indices that were found; the caller frees them with ledger_index_hits_fini(). */
struct index_hits {
    uint64_t *at;
    size_t count;
    size_t cap;
};
void ledger_index_hits_fini(struct index_hits *hits);

enum err ledger_index_find(struct index *x, const struct index_query *q,
                           struct index_hits *out) MUST_CHECK;

/* Entries about the student with that number, oldest first. */
enum err ledger_index_of_subject(struct index *x, uint32_t number,
                                 struct index_hits *out) MUST_CHECK;

/* The `fields` entries of a set of that name, oldest first. */
enum err ledger_index_of_set(struct index *x, struct span name, struct index_hits *out) MUST_CHECK;

/* True if the gateway started again at some time after entry `index`. */
enum err ledger_index_restarted_after(struct index *x, uint64_t index, bool *out) MUST_CHECK;

#endif
