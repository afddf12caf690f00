/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROXY_CURSOR_H
#define PROXY_CURSOR_H

#include "base/buf.h"
#include "base/digest.h"
#include "policy/verdict.h"

/*
 * A page's place in a list: encrypted, of fixed length, bound to client,
 * agreement and query. A position and never an authority: each row is decided
 * anew (DESIGN 6, Pages).
 */
enum { CURSOR_CHARS = 59 };

struct position {
    uint64_t source;  /* rows of the source before it */
    uint64_t visible; /* rows that this partner sees before it: the `offset` it belongs to */
};

/* What a cursor is bound to; `query` gives resource, filter, sort and fields. */
struct cursor_bond {
    struct span client;
    const struct plan *plan;
    const struct query *source; /* what the source is asked instead of plan->query */
};

/* Appends CURSOR_CHARS base64url characters. ERR_CRYPTO, ERR_MEMORY. */
enum err cursor_put(struct buf *out, const uint8_t key[SEAL_KEY_BYTES],
                    const struct cursor_bond *bond, struct position at) MUST_CHECK;

/* ERR_CURSOR for anything not sealed under this key for this bond. */
enum err cursor_read(struct span text, const uint8_t key[SEAL_KEY_BYTES],
                     const struct cursor_bond *bond, struct position *out) MUST_CHECK;

#endif
