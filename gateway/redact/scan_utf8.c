/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-8, byte by byte (RFC 3629): the slow part of stage 1, for blocks that are
 * not all ASCII. Its fault is the first byte that cannot stand where it does.
 */
#include "redact/scan_priv.h"

/* Sets what must follow a lead byte (RFC 3629 4); false if it is none. */
static bool lead(struct scan_carry *carry, uint8_t byte)
{
    if (byte < 0xC2 || byte > 0xF4) {
        return false;
    }
    carry->need = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
    carry->low = byte == 0xE0 ? 0xA0 : byte == 0xF0 ? 0x90 : 0x80;
    carry->high = byte == 0xED ? 0x9F : byte == 0xF4 ? 0x8F : 0xBF;
    return true;
}

static bool next(struct scan_carry *carry, uint8_t byte)
{
    if (carry->need == 0) {
        return byte < 0x80 || lead(carry, byte);
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

    while (i < n && next(carry, bytes[i])) {
        i++;
    }
    return i;
}
