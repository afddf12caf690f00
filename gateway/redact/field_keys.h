/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REDACT_FIELD_KEYS_H
#define REDACT_FIELD_KEYS_H

#include "policy/policy.h"
#include "redact/keys.h"
#include "redact/prf.h"

/*
 * The keyed function of every (agreement, field) whose transform needs one, made
 * once when a policy is loaded (SAFETY F4). The key is the partner's, or the
 * agreement's where ids are (`ids-scope: agreement`): purpose "field", what
 * "user.email", the agreement's epoch. Only read afterwards, by any thread.
 */
struct field_keys;

/* True if some agreement cannot be carried out without a master key; the first such one. */
const struct agreement *field_keys_need(const struct policy *p);

/*
 * `k` is only read, and may be NULL if nothing needs a key; else ERR_INPUT.
 * ERR_MEMORY, ERR_CRYPTO. The policy must outlive the result.
 */
enum err field_keys_new(const struct policy *p, const struct keys *k,
                        struct field_keys **out) MUST_CHECK;

/* The same for agreements at hand, which must outlive the result. */
enum err field_keys_from(const struct agreement *const *list, size_t n, const struct keys *k,
                         struct field_keys **out) MUST_CHECK;

/* Accepts NULL inside; sets it to NULL. */
void field_keys_free(struct field_keys **f);

/* The function of a field, to be copied for use (prf_copy); NULL: there is none. */
const struct prf *field_keys_find(const struct field_keys *f, const struct agreement *a,
                                  enum ref_type ref, struct span path);

#endif
