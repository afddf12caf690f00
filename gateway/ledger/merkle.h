/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEDGER_MERKLE_H
#define LEDGER_MERKLE_H

#include "base/digest.h"

/*
 * Merkle tree hashes of RFC 6962 2.1 (= RFC 9162 2.1) with SHA-256, appended to
 * one leaf at a time. Only the frontier is kept: one hash for each bit of size.
 */
struct merkle {
    uint64_t size;
    uint8_t frontier[64][DIGEST_BYTES];
};

/* An empty tree. */
void merkle_init(struct merkle *m);

/* SHA-256(0x00 || a || b): the hash of a leaf whose bytes come in two parts. ERR_CRYPTO. */
enum err merkle_leaf(struct digest *d, struct span a, struct span b,
                     uint8_t out[DIGEST_BYTES]) MUST_CHECK;

/* Appends one leaf by its hash. ERR_CRYPTO: the tree is then of no use. */
enum err merkle_add(struct merkle *m, struct digest *d,
                    const uint8_t leaf[DIGEST_BYTES]) MUST_CHECK;

/* The root; of an empty tree SHA-256 of nothing. ERR_CRYPTO. */
enum err merkle_root(const struct merkle *m, struct digest *d,
                     uint8_t out[DIGEST_BYTES]) MUST_CHECK;

#endif
