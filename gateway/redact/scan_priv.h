/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REDACT_SCAN_PRIV_H
#define REDACT_SCAN_PRIV_H

#include "redact/scan.h"

/*
 * What every kernel shares: a kernel turns 64 bytes into five masks (bit i for
 * byte i), the functions below turn the masks into places. They are inline so
 * that each kernel gets them in its own machine's instructions. The method is
 * that of Langdale and Lemire, "Parsing Gigabytes of JSON per Second" (2019):
 * escapes by carry propagation, strings by a running parity of the quotes.
 */
struct scan_masks {
    uint64_t quote;
    uint64_t backslash;
    uint64_t mark;    /* { } [ ] : , */
    uint64_t space;   /* space, tab, line feed, carriage return */
    uint64_t control; /* below 0x20 */
};

struct scan_block {
    uint64_t places;
    uint64_t faults;
};

/*
 * Offset of the first byte of `n` that no well-formed UTF-8 has there, or `n`.
 * Changes the UTF-8 part of `carry`.
 */
size_t scan_utf8(struct scan_carry *carry, const uint8_t *bytes, size_t n);

/* Bytes that stand behind an escaping backslash; bit 0 from the block before. */
static inline uint64_t scan_escaped(uint64_t backslash, bool *carry)
{
    const uint64_t even = UINT64_C(0x5555555555555555);
    uint64_t first = *carry;
    uint64_t even_runs;

    if (backslash == 0) {
        *carry = false;
        return first;
    }
    backslash &= ~first;
    uint64_t behind = backslash << 1 | first;

    *carry = __builtin_add_overflow(backslash & ~even & ~behind, backslash, &even_runs);
    return (even ^ even_runs << 1) & behind;
}

/* Bit i is the parity of bits 0..i: ones from an opening quote up to its closing one. */
static inline uint64_t scan_parity(uint64_t bits)
{
    for (unsigned shift = 1; shift < 64; shift *= 2) {
        bits ^= bits << shift;
    }
    return bits;
}

/*
 * `n` is the number of bytes of the block that are of the document, 1..64; the
 * rest must be spaces. Changes the string part of `carry`.
 */
static inline struct scan_block scan_places(struct scan_carry *carry, const struct scan_masks *m,
                                            size_t n)
{
    uint64_t own = n == SCAN_BLOCK ? ~UINT64_C(0) : (UINT64_C(1) << n) - 1;
    bool overflow = carry->escaped;
    uint64_t escaped = scan_escaped(m->backslash, &overflow);
    uint64_t quote = m->quote & ~escaped;
    uint64_t string = scan_parity(quote) ^ (carry->in_string ? ~UINT64_C(0) : 0);
    uint64_t run = ~(m->mark | m->space | quote | string);
    uint64_t run_starts = run & ~(run << 1 | (uint64_t)carry->in_run);
    uint64_t escapes = m->backslash & ~escaped & string;

    carry->escaped = n == SCAN_BLOCK ? overflow : (escaped >> n & 1) != 0;
    carry->in_string = (string >> (n - 1) & 1) != 0;
    carry->in_run = (run >> (n - 1) & 1) != 0;
    return (struct scan_block){
        .places = ((m->mark & ~string) | quote | run_starts | escapes) & own,
        .faults = m->control & string & own,
    };
}

/* Ones in a word; the compiler's own needs a library where the machine has no instruction. */
static inline size_t scan_count(uint64_t bits)
{
    bits -= bits >> 1 & UINT64_C(0x5555555555555555);
    bits = (bits & UINT64_C(0x3333333333333333)) + (bits >> 2 & UINT64_C(0x3333333333333333));
    bits = (bits + (bits >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return (size_t)(bits * UINT64_C(0x0101010101010101) >> 56);
}

/* One place of scan_append(), and the next bit. */
#define SCAN_PUT(i)                                                                                \
    at[i] = (uint16_t)(base + (unsigned)__builtin_ctzll(bits | top)), bits &= bits - 1

/*
 * Appends the places of a block that begins at `base`, eight at a time, up to its
 * first fault. True when there is one: `out->fault` is set and the window ends.
 */
static inline bool scan_append(struct scan_index *out, size_t base, struct scan_block block)
{
    const uint64_t top = UINT64_C(1) << 63; /* no bit is lost, and no count is of zero */
    uint16_t *at = out->at + out->count;
    uint64_t bits = block.places;

    if (block.faults != 0) {
        out->fault = base + (unsigned)__builtin_ctzll(block.faults);
        bits &= (block.faults & -block.faults) - 1;
    }
    out->count += scan_count(bits);
    for (; bits != 0; at += 8) {
        SCAN_PUT(0), SCAN_PUT(1), SCAN_PUT(2), SCAN_PUT(3);
        SCAN_PUT(4), SCAN_PUT(5), SCAN_PUT(6), SCAN_PUT(7);
    }
    return block.faults != 0;
}

#endif
