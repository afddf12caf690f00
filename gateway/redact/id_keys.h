/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REDACT_ID_KEYS_H
#define REDACT_ID_KEYS_H

#include "policy/policy.h"
#include "redact/idmap.h"
#include "redact/keys.h"

/*
 * The keys of every agreement whose ids are translated, derived once when a policy
 * is loaded: purpose "id", what "sourcedId", the agreement's epoch. The key is the
 * partner's, so that its codes survive renewals and are the same in all of its
 * agreements of one epoch (SAFETY I2); or the agreement's (`ids-scope: agreement`).
 * Only read afterwards, by any thread.
 */
struct id_keys;

/* The first agreement whose ids cannot be translated without a master key, or NULL. */
const struct agreement *id_keys_need(const struct policy *p);

/*
 * `k` is only read, and may be NULL if nothing needs a key; else ERR_INPUT. ERR_INPUT
 * too for ids of a kind that is not made here. ERR_MEMORY, ERR_CRYPTO. The policy must
 * outlive the result.
 */
enum err id_keys_new(const struct policy *p, const struct keys *k, struct id_keys **out) MUST_CHECK;

/* Wipes. Accepts NULL inside; sets it to NULL. */
void id_keys_free(struct id_keys **k);

/*
 * A map of one's own for an agreement, to be freed; NULL in `*out` if its ids are the
 * district's. ERR_INPUT (`k` is NULL or of another policy), ERR_MEMORY, ERR_CRYPTO.
 */
enum err id_keys_map(const struct id_keys *k, const struct agreement *a,
                     struct idmap **out) MUST_CHECK;

#endif
