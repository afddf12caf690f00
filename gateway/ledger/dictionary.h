/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEDGER_DICTIONARY_H
#define LEDGER_DICTIONARY_H

#include "ledger/subjects.h"

/*
 * Dense numbers for student ids, from 1 in the order of first disclosure. Held
 * in memory whole; rows are made durable by the writer, in the commit of the
 * first entry that uses them. A row has a salt, so that the hash that commits to
 * it (in a `dictionary` entry) tells nothing once the row is erased.
 * Every function but new and free may be called from any thread.
 */
struct dictionary;

struct dictionary_row {
    uint32_t number;
    struct span id; /* in the dictionary, as long as it lives; NULL pointer: erased */
    uint8_t salt[SUBJECT_SALT_BYTES];
};

/* ERR_MEMORY, ERR_CRYPTO. */
enum err dictionary_new(struct dictionary **out) MUST_CHECK;
void dictionary_free(struct dictionary **d);

/*
 * Takes up the next stored row, in order (numbers from 1 without gaps). ERR_INPUT
 * when it is out of order or its id stands already; ERR_MEMORY, ERR_TOO_BIG.
 */
enum err dictionary_load(struct dictionary *d, const struct dictionary_row *row) MUST_CHECK;

/*
 * Sets `out[i]` to ids[i] (borrowed) with its number, giving new numbers as
 * needed. ERR_MEMORY, ERR_CRYPTO, ERR_TOO_BIG (2^32-1 students): numbers given so
 * far stay.
 */
enum err dictionary_number(struct dictionary *d, const struct span *ids, size_t count,
                           struct subject *out) MUST_CHECK;

/* The numbers of ids[0] on; 0 where there is none, and none is given. */
void dictionary_find(struct dictionary *d, const struct span *ids, size_t count, uint32_t *out);

/* How many numbers there are. */
uint32_t dictionary_size(struct dictionary *d);

/* The row of `number`, which is 1 to dictionary_size(). */
void dictionary_get(struct dictionary *d, uint32_t number, struct dictionary_row *out);

#endif
