/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPSTREAM_REQUEST_H
#define UPSTREAM_REQUEST_H

#include "base/buf.h"

enum { REQUEST_MAX_TARGET = 8192, REQUEST_MAX_BYTES = 12288 };

/*
 * Writes the whole request for `target` into `out`, which it initialises: the
 * same five lines always, so that nothing of a client's head can be in it
 * (invariant 3). ERR_INPUT: not origin-form, blanks, controls, '#' or bytes over
 * 0x7E, over REQUEST_MAX_TARGET. ERR_MEMORY, ERR_TOO_BIG.
 */
enum err request_write(struct buf *out, struct span target, const char *host) MUST_CHECK;

#endif
