/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROXY_START_PRIV_H
#define PROXY_START_PRIV_H

#include "proxy/exchange_priv.h"

/* Who asks, and for what. Folder-private. */

/* Finds and checks the token. ERR_TOKEN_*, ERR_MEMORY, ERR_CRYPTO. */
enum err start_identify(struct proxy *p, const struct request *r,
                        struct token_info *out) MUST_CHECK;

/* Fills client, agreement, route, query, plan and page of a new exchange whose token is good.
 * Any error is a denial; `why` says more. */
enum err start_decide(struct exchange *x) MUST_CHECK;

#endif
