/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEDGER_LEAF_H
#define LEDGER_LEAF_H

#include "ledger/entry.h"
#include "ledger/subjects.h"

/*
 * The bytes of a leaf, of a bundle (C2SP tlog-tiles: uint16 big-endian length ||
 * leaf, again and again) and of the subjects beside it. docs/ledger.md has both
 * formats in words.
 */
enum { LEAF_SALT_BYTES = 16, LEAF_TIME_BYTES = 24 };

struct leaf {
    char time[LEAF_TIME_BYTES]; /* RFC 3339 with ms, UTC */
    uint64_t index;             /* under 10^12 */
    enum entry_kind kind;
    struct span exchange;
    struct span body;
    size_t subject_count; /* 0: the entry has no `subjects` member */
    const uint8_t *root;  /* DIGEST_BYTES, when there are subjects */
    const uint8_t *salt;  /* LEAF_SALT_BYTES */
};

/*
 * Can this entry be written? ERR_INPUT: a kind that only the writer uses, an
 * exchange that is not lower-case hex, a body that is not printable ASCII, an
 * empty student id; ERR_TOO_BIG: the leaf would not fit, or too many subjects.
 */
enum err entry_check(const struct entry *entry) MUST_CHECK;

/* How many bytes the leaf of such an entry takes, whenever it is written. */
size_t leaf_size(const struct leaf *l);

/* Appends length and leaf; its size was checked to be at most ENTRY_MAX_BYTES. */
void leaf_put(struct buf *bundle, const struct leaf *l);

/* Reads "2026-11-23T14:09:16.123Z", 24 bytes, into ms since 1970; false for any other form. */
bool leaf_parse_time(struct span text, int64_t *ms);

/* The time and id of a leaf's bytes. ERR_INPUT when it does not start as leaves do. */
enum err leaf_time(struct span leaf, int64_t *ms) MUST_CHECK;
enum err leaf_index(struct span leaf, uint64_t *index) MUST_CHECK;

/* True if the leaf's bytes are of that kind. */
bool leaf_is(struct span leaf, enum entry_kind kind);

/* Cuts the next leaf off a bundle; false at its end, and for a length that runs over it. */
bool leaf_next(struct span *bundle, struct span *leaf);

/* What stands beside a bundle for one of its entries: the erasable part. */
struct side {
    unsigned at;      /* the entry's place in the bundle, from 0 */
    struct span seed; /* SUBJECT_SEED_BYTES */
    struct span blob; /* subjects_encode(); empty: erased */
};

/* Appends: uint16 place || seed || uint32 length || blob, big-endian. */
void side_put(struct buf *out, const struct side *s);

/* Cuts the next one off; false at the end, and for a length that runs over it. */
bool side_next(struct span *rest, struct side *out);

#endif
