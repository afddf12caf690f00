/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_REDACT_GEN_H
#define SUPPORT_REDACT_GEN_H

#include "base/buf.h"
#include "policy/catalog.h"

/*
 * Random documents of a resource, for the oracle and the splits: members in any
 * order, missing, mistyped, malformed, unknown and nested; strings in any of
 * their spellings; whitespace anywhere. Always JSON; the same seed always gives
 * the same bytes.
 */
struct gen {
    struct buf *out;
    const struct resource *resource;
    uint64_t state;      /* of the generator of random numbers */
    unsigned mess;       /* how often something is odd: one time in `mess` */
    size_t twice_record; /* of the last document: the first record with a known key twice, from 1;
                            0 when there is none */
    size_t records;
};

void gen_seed(struct gen *g, uint64_t seed);

/* A number below `n`. */
unsigned gen_below(struct gen *g, unsigned n);

/* Appends one document of up to `max_records`; `item`: one of that form. */
void gen_document(struct gen *g, unsigned max_records, bool item);

/* Appends the benchmark's document: `users` plain students, 24 fields, 870 bytes each. */
void gen_plain_users(struct buf *out, unsigned users);

#endif
