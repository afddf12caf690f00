/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing buffer with a maximum and a sticky failure. Growth doubles, so that
 * n appends cost O(n); consumed room in front is reused before growing.
 */
#include "base/buf.h"

#include "base/mem.h"

#include <assert.h>
#include <stdio.h>

enum { FIRST_CAP = 256 };

void buf_init(struct buf *b, size_t max)
{
    *b = (struct buf){.max = max};
}

void buf_fini(struct buf *b)
{
    mem_free(b->base);
    *b = (struct buf){.max = b->max};
}

void buf_wipe(struct buf *b)
{
    mem_wipe(b->base, b->cap);
    buf_fini(b);
}

void buf_clear(struct buf *b)
{
    b->start = 0;
    b->len = 0;
    b->failed = OK;
}

struct span buf_span(const struct buf *b)
{
    return b->len == 0 ? (struct span){NULL, 0} : span_of(b->base + b->start, b->len);
}

static bool grow(struct buf *b, size_t need)
{
    size_t cap = b->cap == 0 ? FIRST_CAP : b->cap;

    while (cap < need) {
        cap = cap > b->max / 2 ? (need > b->max ? need : b->max) : cap * 2;
    }
    uint8_t *moved = mem_resize(b->base, cap);

    if (moved == NULL) {
        b->failed = ERR_MEMORY;
        return false;
    }
    b->base = moved;
    b->cap = cap;
    return true;
}

uint8_t *buf_room(struct buf *b, size_t n)
{
    if (b->failed != OK) {
        return NULL;
    }
    if (n > b->max - b->len) {
        b->failed = ERR_TOO_BIG;
        return NULL;
    }
    if (b->start > 0 && b->start + b->len + n > b->cap) {
        memmove(b->base, b->base + b->start, b->len);
        b->start = 0;
    }
    if ((b->base == NULL || b->len + n > b->cap) && !grow(b, b->len + n)) {
        return NULL;
    }
    return b->base + b->start + b->len;
}

void buf_added(struct buf *b, size_t n)
{
    assert(b->start + b->len + n <= b->cap);
    b->len += n;
}

void buf_put(struct buf *b, struct span bytes)
{
    uint8_t *at = buf_room(b, bytes.len);

    if (at != NULL && bytes.len > 0) {
        memcpy(at, bytes.ptr, bytes.len);
        buf_added(b, bytes.len);
    }
}

void buf_put_str(struct buf *b, const char *text)
{
    buf_put(b, span_str(text));
}

void buf_put_byte(struct buf *b, uint8_t byte)
{
    buf_put(b, span_of(&byte, 1));
}

void buf_put_u64(struct buf *b, uint64_t value)
{
    uint8_t digits[20];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (uint8_t)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    buf_put(b, span_of(digits + at, sizeof(digits) - at));
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;
    char small[512];

    va_start(args, format);
    int need = vsnprintf(small, sizeof(small), format, args);
    va_end(args);
    if (need >= 0 && (size_t)need < sizeof(small)) {
        buf_put(b, span_of(small, (size_t)need));
        return;
    }
    uint8_t *at = need < 0 ? NULL : buf_room(b, (size_t)need + 1);

    if (at != NULL) {
        va_start(args, format);
        (void)vsnprintf((char *)at, (size_t)need + 1, format, args);
        va_end(args);
        buf_added(b, (size_t)need);
    }
}

void buf_consume(struct buf *b, size_t n)
{
    assert(n <= b->len);
    b->start += n;
    b->len -= n;
    if (b->len == 0) {
        b->start = 0;
    }
}

void buf_cut(struct buf *b, size_t len)
{
    assert(len <= b->len);
    b->len = len;
}
