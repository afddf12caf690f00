/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AUTH_TOKEN_CACHE_H
#define AUTH_TOKEN_CACHE_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct token_cache; /* verified tokens of one worker; bounded */

/*
 * Entries: `max` tokens (at least 1), replaced in order of age. A cache serves
 * one worker and one audience; it empties itself when it is used with another
 * keyring, so that a removed key or client takes its tokens along (J45). Only
 * verified tokens are kept; refused ones are not, so there is nothing to fill
 * (J46). About 100 bytes an entry, allocated at once. ERR_MEMORY, ERR_CRYPTO.
 */
enum err token_cache_new(size_t max, struct token_cache **out) MUST_CHECK;
void token_cache_free(struct token_cache **c);
void token_cache_clear(struct token_cache *c);

struct token_cache_counts {
    uint64_t hits, misses, entries;
};
void token_cache_read(const struct token_cache *c, struct token_cache_counts *out);

#endif
