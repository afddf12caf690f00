/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROXY_ANSWER_PRIV_H
#define PROXY_ANSWER_PRIV_H

#include "proxy/exchange_priv.h"

/* What a partner is told: heads, links and errors. Folder-private. */

/*
 * Sends the head of a good answer: with Content-Length if the whole of it, `length` bytes,
 * stands ready (`whole`), else chunked. Errors as io_head(), and ERR_CRYPTO.
 */
enum err answer_head(struct exchange *x, bool whole, uint64_t length) MUST_CHECK;

/* Sends a whole error answer and ends the partner's side; no error is possible any more. */
void answer_error(struct exchange *x, enum err e);

/* The same for a request that has no exchange of its own yet. */
void answer_early(struct proxy *p, struct exchange_io *io, const struct request *r, enum err e);

/* Static pages: the redisclosure notice and what each reason code means. False: not such a path. */
bool answer_page(struct proxy *p, struct exchange_io *io, const struct request *r);

/* links.c: the value of the Link header. ERR_MEMORY, ERR_TOO_BIG, ERR_CRYPTO. */
enum err links_put(struct buf *out, const struct exchange *x) MUST_CHECK;

#endif
