/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Borrowed byte views. Nothing here allocates, and nothing here keeps state.
 */
#include "base/span.h"

#include <openssl/crypto.h>

static uint8_t fold(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') ? (uint8_t)(c | 0x20) : c;
}

bool span_eq_nocase(struct span a, struct span b)
{
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (fold(a.ptr[i]) != fold(b.ptr[i])) {
            return false;
        }
    }
    return true;
}

int span_cmp(struct span a, struct span b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common == 0 ? 0 : memcmp(a.ptr, b.ptr, common);

    if (order != 0) {
        return order;
    }
    return (a.len > b.len) - (a.len < b.len);
}

bool span_starts(struct span text, struct span prefix)
{
    return text.len >= prefix.len && span_eq(span_sub(text, 0, prefix.len), prefix);
}

size_t span_find(struct span text, uint8_t byte)
{
    const uint8_t *hit = text.len == 0 ? NULL : memchr(text.ptr, byte, text.len);

    return hit == NULL ? text.len : (size_t)(hit - text.ptr);
}

struct span span_from(struct span text, size_t from)
{
    if (from >= text.len) {
        return (struct span){NULL, 0};
    }
    return span_of(text.ptr + from, text.len - from);
}

struct span span_sub(struct span text, size_t from, size_t len)
{
    struct span rest = span_from(text, from);

    if (rest.len > len) {
        rest.len = len;
    }
    return rest;
}

struct span span_cut(struct span *rest, uint8_t sep)
{
    struct span whole = *rest;
    size_t at = span_find(whole, sep);

    if (at == whole.len) {
        *rest = (struct span){NULL, 0};
        return whole;
    }
    *rest = span_of(whole.ptr + at + 1, whole.len - at - 1);
    return span_of(whole.ptr, at);
}

bool span_to_u64(struct span text, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;

    if (text.len == 0 || text.len > 19 || (text.len > 1 && text.ptr[0] == '0')) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return false;
        }
        value = value * 10 + (uint64_t)(text.ptr[i] - '0');
    }
    if (value > max) {
        return false;
    }
    *out = value;
    return true;
}

/* How many continuation bytes follow `lead`, or -1; bounds the first of them. */
static int utf8_tail(uint8_t lead, uint8_t *lo, uint8_t *hi)
{
    *lo = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    *hi = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
        return 1;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        return 2;
    }
    return lead >= 0xF0 && lead <= 0xF4 ? 3 : -1;
}

bool span_is_utf8(struct span text)
{
    size_t i = 0;

    while (i < text.len) {
        uint8_t lo, hi;
        uint8_t lead = text.ptr[i++];
        int tail = lead < 0x80 ? 0 : utf8_tail(lead, &lo, &hi);

        if (tail < 0 || (size_t)tail > text.len - i) {
            return false;
        }
        for (int k = 0; k < tail; k++, i++) {
            if (text.ptr[i] < (k == 0 ? lo : 0x80) || text.ptr[i] > (k == 0 ? hi : 0xBF)) {
                return false;
            }
        }
    }
    return true;
}

bool span_eq_secret(struct span a, struct span b)
{
    return a.len == b.len && (a.len == 0 || CRYPTO_memcmp(a.ptr, b.ptr, a.len) == 0);
}
