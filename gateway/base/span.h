/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * A borrowed view of bytes. It owns nothing: the comment of every function or
 * member that hands one out says what it points into and how long that lives.
 * An empty span may have a NULL pointer.
 */
struct span {
    const uint8_t *ptr;
    size_t len;
};

/* A span over a string literal, without its NUL. */
#define SPAN(literal) ((struct span){(const uint8_t *)("" literal), sizeof(literal) - 1})

static inline struct span span_of(const void *ptr, size_t len)
{
    return (struct span){(const uint8_t *)ptr, len};
}

/* A view of a NUL-terminated string; NULL gives the empty span. */
static inline struct span span_str(const char *text)
{
    return span_of(text, text == NULL ? 0 : strlen(text));
}

static inline bool span_eq(struct span a, struct span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool span_eq_str(struct span a, const char *text)
{
    return span_eq(a, span_str(text));
}

/* ASCII case folded comparison, for header names (RFC 9110 5.1). */
bool span_eq_nocase(struct span a, struct span b);

/* Byte order: negative, zero or positive as a sorts before, with or after b. */
int span_cmp(struct span a, struct span b);

bool span_starts(struct span text, struct span prefix);

/* Index of the first `byte` in `text`, or text.len when there is none. */
size_t span_find(struct span text, uint8_t byte);

/* The part of `text` from `from` on; an offset past the end gives the empty span. */
struct span span_from(struct span text, size_t from);

/* At most `len` bytes of `text` from `from` on. */
struct span span_sub(struct span text, size_t from, size_t len);

/*
 * Cuts `*rest` at the first `sep`: returns what stands before it and leaves in
 * `*rest` what stands after it. Without `sep` the whole is returned and `*rest`
 * becomes empty with a NULL pointer, so that "a," and "a" can be told apart.
 */
struct span span_cut(struct span *rest, uint8_t sep);

/*
 * Reads a decimal number of 1 to 19 digits with no sign, blank or leading zero
 * (but "0" itself) into `*out`. False, and `*out` untouched, for all else and
 * for values over `max`.
 */
bool span_to_u64(struct span text, uint64_t max, uint64_t *out);

/* True if the bytes are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms). */
bool span_is_utf8(struct span text);

/*
 * Compares in time that depends on the lengths alone (OpenSSL CRYPTO_memcmp);
 * for secrets and digests. Different lengths compare unequal at once.
 */
bool span_eq_secret(struct span a, struct span b);

#endif
