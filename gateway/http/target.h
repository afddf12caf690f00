/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_TARGET_H
#define HTTP_TARGET_H

#include "base/arena.h"
#include "base/err.h"

/*
 * A request target taken apart, strictly (RFC 3986, RFC 9112 3.2.1): a path of
 * non-empty segments without dot segments, and a query of name=value pairs.
 */
enum { TARGET_MAX_SEGMENTS = 16, TARGET_MAX_PARAMS = 32 };

struct target_param {
    struct span name;
    struct span value;
};

struct target {
    struct span segments[TARGET_MAX_SEGMENTS]; /* percent-decoded */
    size_t segment_count;
    struct target_param params[TARGET_MAX_PARAMS]; /* percent-decoded; '+' is a plus sign */
    size_t param_count;
};

/*
 * Decodes into `arena`. ERR_HTTP_TARGET for: a path that does not start with
 * one '/', an empty, "." or ".." segment (also encoded), an encoded '/', '\\' or
 * control character, bad percent-encoding, bytes that are not UTF-8, too many
 * parts, a pair without '='. ERR_MEMORY. One trailing slash is an error too.
 */
enum err target_parse(struct span raw, struct arena *arena, struct target *out) MUST_CHECK;

#endif
