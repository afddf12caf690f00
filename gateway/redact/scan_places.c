/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From masks to places: the part of stage 1 that is the same on every machine.
 * The method is that of Langdale and Lemire, "Parsing Gigabytes of JSON per
 * Second" (2019): escapes by carry propagation, strings by a running parity of
 * the quotes. What this file does not do: look at bytes, other than for UTF-8.
 */
#include "redact/scan_priv.h"

/* Bytes that stand behind an escaping backslash; bit 0 from the block before. */
static uint64_t find_escaped(uint64_t backslash, bool *carry)
{
    const uint64_t even = UINT64_C(0x5555555555555555);
    uint64_t first = *carry;

    if (backslash == 0) {
        *carry = false;
        return first;
    }
    backslash &= ~first;
    uint64_t behind = backslash << 1 | first;
    uint64_t odd_starts = backslash & ~even & ~behind;
    uint64_t even_runs;

    *carry = __builtin_add_overflow(odd_starts, backslash, &even_runs);
    return (even ^ even_runs << 1) & behind;
}

/* Bit i is the parity of bits 0..i: ones from an opening quote up to its closing one. */
static uint64_t running_parity(uint64_t bits)
{
    for (unsigned shift = 1; shift < 64; shift *= 2) {
        bits ^= bits << shift;
    }
    return bits;
}

struct scan_block scan_places(struct scan_carry *carry, const struct scan_masks *m, size_t n)
{
    uint64_t own = n == SCAN_BLOCK ? ~UINT64_C(0) : (UINT64_C(1) << n) - 1;
    unsigned last = (unsigned)n - 1;
    bool overflow = carry->escaped;
    uint64_t escaped = find_escaped(m->backslash, &overflow);
    uint64_t quote = m->quote & ~escaped;
    uint64_t string = running_parity(quote) ^ (carry->in_string ? ~UINT64_C(0) : 0);
    uint64_t run = ~(m->mark | m->space | quote | string);
    uint64_t run_starts = run & ~(run << 1 | (uint64_t)carry->in_run);
    uint64_t escapes = m->backslash & ~escaped & string;

    carry->escaped = n == SCAN_BLOCK ? overflow : (escaped >> n & 1) != 0;
    carry->in_string = (string >> last & 1) != 0;
    carry->in_run = (run >> last & 1) != 0;
    return (struct scan_block){
        .places = ((m->mark & ~string) | quote | run_starts | escapes) & own,
        .faults = m->control & string & own,
    };
}

/* Sets what must follow a lead byte (RFC 3629 4); false if it is none. */
static bool utf8_lead(struct scan_carry *carry, uint8_t byte)
{
    if (byte < 0xC2 || byte > 0xF4) {
        return false;
    }
    carry->need = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
    carry->low = byte == 0xE0 ? 0xA0 : byte == 0xF0 ? 0x90 : 0x80;
    carry->high = byte == 0xED ? 0x9F : byte == 0xF4 ? 0x8F : 0xBF;
    return true;
}

static bool utf8_next(struct scan_carry *carry, uint8_t byte)
{
    if (carry->need == 0) {
        return byte < 0x80 || utf8_lead(carry, byte);
    }
    if (byte < carry->low || byte > carry->high) {
        return false;
    }
    carry->need--;
    carry->low = 0x80;
    carry->high = 0xBF;
    return true;
}

size_t scan_utf8(struct scan_carry *carry, const uint8_t *bytes, size_t n)
{
    size_t i = 0;

    while (i < n && utf8_next(carry, bytes[i])) {
        i++;
    }
    return i;
}

static inline unsigned count_ones(uint64_t bits)
{
    bits -= bits >> 1 & UINT64_C(0x5555555555555555);
    bits = (bits & UINT64_C(0x3333333333333333)) + (bits >> 2 & UINT64_C(0x3333333333333333));
    bits = (bits + (bits >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return (unsigned)(bits * UINT64_C(0x0101010101010101) >> 56);
}

/* Writes eight offsets whether there are as many or not: `at` has room behind its end. */
static inline uint64_t put_eight(uint16_t *at, size_t base, uint64_t bits)
{
    for (unsigned i = 0; i < 8; i++) {
        at[i] = (uint16_t)(base + (bits == 0 ? 0 : (unsigned)__builtin_ctzll(bits)));
        bits &= bits - 1;
    }
    return bits;
}

bool scan_append(struct scan_index *out, size_t base, struct scan_block block)
{
    if (block.faults != 0) {
        uint64_t first = block.faults & -block.faults;

        out->fault = base + (unsigned)__builtin_ctzll(block.faults);
        block.places &= first - 1;
    }
    unsigned n = count_ones(block.places);
    uint16_t *at = out->at + out->count;

    for (unsigned done = 0; done < n; done += 8) {
        block.places = put_eight(at + done, base, block.places);
    }
    out->count += n;
    return block.faults != 0;
}
