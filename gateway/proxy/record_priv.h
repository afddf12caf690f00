/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROXY_RECORD_PRIV_H
#define PROXY_RECORD_PRIV_H

#include "proxy/exchange_priv.h"

/*
 * Bodies of ledger entries: JSON members in byte order, ASCII. Invariant 8: route
 * templates, names and operators, never a value that a partner or source sent.
 * Each appends to `out`; check buf_err().
 */
void record_put_request(struct buf *out, const struct exchange *x);
void record_put_denied(struct buf *out, const struct exchange *x, enum err e);
void record_put_disclosure(struct buf *out, const struct exchange *x, const struct batch *b);
void record_put_outcome(struct buf *out, const struct exchange *x, const char *end);
void record_put_junk(struct buf *out, uint64_t count);

/* The release of a set of fields, as an entry of its own: which, for which roles. */
void record_put_fields(struct buf *out, const struct resource *r, role_mask roles,
                       const struct fieldset *keep, const char *set);

#endif
