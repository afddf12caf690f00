/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEDGER_READER_H
#define LEDGER_READER_H

#include "base/buf.h"

/*
 * A ledger's folder, read-only, also while a gateway writes to it. Each commit is
 * fetched by a query of its own, so that a slow reader never keeps the writer's
 * WAL from being emptied. For one thread at a time.
 */
struct reader;

/* ERR_NOT_FOUND (no ledger in the folder), ERR_IO, ERR_MEMORY, or the store's. */
enum err reader_open(const char *directory, struct reader **out) MUST_CHECK;
void reader_close(struct reader **r);

struct reader_entry {
    uint64_t index;
    struct span leaf; /* the exact bytes; all three live until the next call on the reader */
    struct span seed; /* of its subjects; empty: it has none */
    struct span blob; /* of its subjects; empty: it has none, or they were erased */
};

/* ERR_NOT_FOUND: the log is not that long. ERR_INPUT: the row that has it is damaged. */
enum err reader_get(struct reader *r, uint64_t index, struct reader_entry *out) MUST_CHECK;

/*
 * The number a student has. ERR_NOT_FOUND: nothing was ever disclosed of one with
 * that id, or the number's row was erased.
 */
enum err reader_number_of(struct reader *r, struct span id, uint32_t *number) MUST_CHECK;

#endif
