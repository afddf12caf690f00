/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/err.h"
#include "base/span.h"

#include <stdarg.h>

/*
 * The one thing that grows: contiguous bytes with a maximum. Bytes are appended
 * at the end and consumed from the front. Once an append fails (memory, or the
 * maximum) `failed` sticks and all later appends are no-ops, so that a builder
 * may append many times and check once with buf_err().
 */
struct buf {
    uint8_t *base; /* heap block, or NULL before the first append */
    size_t start;  /* consumed bytes in front */
    size_t len;    /* live bytes from `start` on */
    size_t cap;
    size_t max; /* `len` never exceeds this */
    enum err failed;
};

/* Sets up an empty buffer that may hold `max` bytes; allocates nothing. */
void buf_init(struct buf *b, size_t max);

/* Frees; the buffer may be initialised again. Accepts a zeroed struct. */
void buf_fini(struct buf *b);

/* As buf_fini, after overwriting the content. */
void buf_wipe(struct buf *b);

/* Forgets content and failure, keeps the block. */
void buf_clear(struct buf *b);

/* The live bytes, valid until the next call that changes the buffer. */
struct span buf_span(const struct buf *b);

/*
 * Makes room for `n` more bytes and returns where to write them, or NULL with
 * `failed` set (ERR_MEMORY, ERR_TOO_BIG). Follow with buf_added().
 */
uint8_t *buf_room(struct buf *b, size_t n);

/* Counts `n` bytes written at buf_room()'s pointer; n is at most the room asked for. */
void buf_added(struct buf *b, size_t n);

void buf_put(struct buf *b, struct span bytes);
void buf_put_str(struct buf *b, const char *text);
void buf_put_byte(struct buf *b, uint8_t byte);
void buf_put_u64(struct buf *b, uint64_t value);

/* As printf; used for short things off the hot path. */
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Drops `n` bytes from the front; n is at most the length. */
void buf_consume(struct buf *b, size_t n);

/* Cuts the buffer back to `len` bytes; used to take back a half-written item. */
void buf_cut(struct buf *b, size_t len);

/* 0, ERR_MEMORY or ERR_TOO_BIG: what stopped an append since the last clear. */
static inline enum err buf_err(const struct buf *b)
{
    return b->failed;
}

#endif
