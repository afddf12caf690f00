/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REDACT_SCAN_PRIV_H
#define REDACT_SCAN_PRIV_H

#include "redact/scan.h"

/*
 * What every kernel shares: a kernel turns 64 bytes into five masks (bit i for
 * byte i), the functions below turn the masks into places.
 */
struct scan_masks {
    uint64_t quote;
    uint64_t backslash;
    uint64_t mark;    /* { } [ ] : , */
    uint64_t space;   /* space, tab, line feed, carriage return */
    uint64_t control; /* below 0x20 */
};

/* The places and the faults of one block. */
struct scan_block {
    uint64_t places;
    uint64_t faults;
};

/*
 * `n` is the number of bytes of the block that are of the document, 1..64; the
 * rest must be spaces. Changes the string part of `carry`.
 */
struct scan_block scan_places(struct scan_carry *carry, const struct scan_masks *m, size_t n);

/*
 * Offset of the first byte of `n` that no well-formed UTF-8 has there, or `n`.
 * Changes the UTF-8 part of `carry`.
 */
size_t scan_utf8(struct scan_carry *carry, const uint8_t *bytes, size_t n);

/*
 * Appends the places of a block that begins at `base`, up to its first fault.
 * Returns true when there is one: then `out->fault` is set and the window ends.
 */
bool scan_append(struct scan_index *out, size_t base, struct scan_block block);

#endif
