/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REDACT_LITERAL_H
#define REDACT_LITERAL_H

#include "base/span.h"

/* The smallest parts of JSON text (RFC 8259 3, 6 and 7): numbers, words, escapes. */

/* True for exactly one number, `true`, `false` or `null`, with nothing around it. */
bool literal_is_valid(struct span text);

/*
 * `raw` is what stands between the quotes of a string. True if each of its
 * escapes is one of RFC 8259 7 and each surrogate stands in a pair; a lone one
 * has no meaning that two readers would share, so it is refused.
 */
bool literal_escapes_are_valid(struct span raw);

/*
 * Writes what a string means, given that literal_escapes_are_valid(); the result
 * is never longer than `raw`. Returns its length.
 */
size_t literal_unescape(struct span raw, uint8_t *out);

/*
 * As above into at most `cap` bytes. False, with `out` in any state, when it is longer.
 */
bool literal_unescape_short(struct span raw, uint8_t *out, size_t cap, size_t *len);

#endif
