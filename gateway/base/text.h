/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/buf.h"

/*
 * Encodings that several folders write: JSON strings, hex, base64. Writers
 * append to a buf; readers are strict and leave their output untouched on error.
 */

/*
 * A JSON string with its quotes (RFC 8259 7): `"` `\` and control characters
 * escaped, all else copied. Bytes that are not UTF-8 become U+FFFD.
 */
void text_json_string(struct buf *out, struct span value);

/* As above, with everything outside ASCII as \uXXXX; for ledger leaves. */
void text_json_ascii(struct buf *out, struct span value);

/* Lower-case hexadecimal. */
void text_hex(struct buf *out, struct span bytes);

/* RFC 4648 5, no padding. */
void text_base64url(struct buf *out, struct span bytes);

/* RFC 4648 4, with padding. */
void text_base64(struct buf *out, struct span bytes);

/*
 * Strict RFC 4648 5 without padding: alphabet only, canonical trailing bits.
 * Writes at most `cap` bytes to `out` and their number to `*len`.
 * ERR_INPUT on any other input, ERR_TOO_BIG when `cap` is too small.
 */
enum err text_base64url_decode(struct span in, uint8_t *out, size_t cap, size_t *len) MUST_CHECK;

/* Exactly `len` bytes of lower-case hexadecimal, or ERR_INPUT. */
enum err text_hex_decode(struct span in, uint8_t *out, size_t len) MUST_CHECK;

/*
 * Percent-encodes everything but RFC 3986 unreserved characters; used for
 * every id and value that we put into a URL.
 */
void text_percent(struct buf *out, struct span value);

#endif
