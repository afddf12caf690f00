/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AUTH_KEYRING_H
#define AUTH_KEYRING_H

#include "policy/policy.h"

struct keyring; /* every client's public keys as ready EVP_PKEYs; immutable, shared */

/*
 * Reads every client's JWK set. Problems go to `diags` against the partner's
 * file name and client id; any error gives ERR_INPUT. ERR_MEMORY, ERR_CRYPTO.
 * One key, one algorithm (RFC 8725bis 3.1): ES256 on P-256, RS256 with 2048 to
 * 8192 bits; a private part, a duplicate kid, an empty set or more than 16 keys
 * is refused. A key without `kid` is named by its RFC 7638 thumbprint. Points
 * into `policy`, which must live longer.
 */
enum err keyring_new(const struct policy *policy, struct diag_list *diags,
                     struct keyring **out) MUST_CHECK;

/* The same from clients in an array, which must live as long as the keyring. */
enum err keyring_from(const struct client *const *clients, size_t n, struct diag_list *diags,
                      struct keyring **out) MUST_CHECK;

void keyring_free(struct keyring **k);

#endif
