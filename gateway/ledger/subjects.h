/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEDGER_SUBJECTS_H
#define LEDGER_SUBJECTS_H

#include "base/buf.h"
#include "base/digest.h"

/*
 * The students of one disclosure. The entry names their count and a salted root;
 * beside it, erasable, stand a seed and the set of their numbers as a blob:
 *
 *   blob = 0x01 || varint...            differences of the ascending numbers,
 *                                       the first from 0; LEB128, at least 1
 *        | 0x02 || raw DEFLATE of the same varints, when that is shorter
 *   root = RFC 6962 root over the leaves salt_i || id_i, ascending by number,
 *   salt_i = block i (16 bytes) of digest_expand(seed)
 */
enum { SUBJECT_SALT_BYTES = 16, SUBJECT_SEED_BYTES = SEAL_KEY_BYTES };

struct subject {
    uint32_t number; /* dense, from 1; see dictionary.h */
    struct span id;  /* borrowed */
};

/* Buffers and contexts that packing needs again and again; for one thread at a time. */
struct packer;

/* ERR_MEMORY, ERR_CRYPTO. */
enum err packer_new(struct packer **out) MUST_CHECK;
void packer_free(struct packer **p);

/* `count` uninitialised subjects to fill in, until the next call; NULL: out of memory. */
struct subject *packer_list(struct packer *p, size_t count);

struct packed {
    size_t count; /* distinct subjects */
    uint8_t seed[SUBJECT_SEED_BYTES];
    uint8_t root[DIGEST_BYTES];
    struct span blob; /* in the packer, until its next use */
};

/*
 * Sorts the first `count` subjects of packer_list(), drops duplicates, draws a
 * seed, computes root and blob. ERR_MEMORY, ERR_CRYPTO, ERR_TOO_BIG.
 */
enum err packer_pack(struct packer *p, size_t count, struct packed *out) MUST_CHECK;

/* The root alone, of `count` subjects in ascending order. ERR_MEMORY, ERR_CRYPTO. */
enum err subjects_root(const uint8_t seed[SUBJECT_SEED_BYTES], const struct subject *list,
                       size_t count, uint8_t out[DIGEST_BYTES]) MUST_CHECK;

/* Appends the blob of `count` subjects in ascending order. ERR_MEMORY, ERR_TOO_BIG. */
enum err subjects_encode(struct buf *out, const struct subject *list, size_t count) MUST_CHECK;

/*
 * Reads a blob of exactly `count` numbers into `out`, ascending. ERR_INPUT for
 * any other bytes than subjects_encode() may write (a zero difference, a varint
 * with needless bytes, numbers over 2^32-1, rest at the end); ERR_MEMORY.
 */
enum err subjects_decode(struct span blob, size_t count, uint32_t *out) MUST_CHECK;

#endif
