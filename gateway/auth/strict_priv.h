/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AUTH_STRICT_PRIV_H
#define AUTH_STRICT_PRIV_H

#include "base/err.h"
#include "base/span.h"

#include <jansson.h>

/*
 * Reads one JSON object: UTF-8 without BOM, no member twice at any level, no
 * \u0000, nothing behind it, at most STRICT_MAX_DEPTH levels. ERR_INPUT for all
 * else, ERR_MEMORY. The caller owns `*out` (json_decref).
 */
enum { STRICT_MAX_DEPTH = 8 };
enum err strict_read(struct span text, json_t **out) MUST_CHECK;

/* A string member's bytes, which live as long as the object; a NULL pointer if it is
 * missing or no string. */
struct span strict_text(const json_t *object, const char *key);

/* True if every byte is visible ASCII (0x21 to 0x7E) and there are 1 to `max` of them. */
bool strict_is_name(struct span text, size_t max);

#endif
