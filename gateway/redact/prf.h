/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REDACT_PRF_H
#define REDACT_PRF_H

#include "base/err.h"
#include "base/span.h"

/*
 * A keyed function on bytes: AES-256-CMAC (NIST SP 800-38B). Its context is made
 * once and used for any number of inputs, without allocation. A context serves
 * one thread at a time; copies of one that nobody uses may be made by any thread.
 */
enum { PRF_KEY_BYTES = 32, PRF_BYTES = 16 };

struct prf;

/* ERR_MEMORY, ERR_CRYPTO: also when this OpenSSL does not start anew as it says. */
enum err prf_new(const uint8_t key[PRF_KEY_BYTES], struct prf **out) MUST_CHECK;

/* A context of its own with the same key. ERR_MEMORY, ERR_CRYPTO. */
enum err prf_copy(const struct prf *from, struct prf **out) MUST_CHECK;

/* OpenSSL wipes the key. Accepts NULL inside; sets it to NULL. */
void prf_free(struct prf **p);

/*
 * Of `use` and `bytes`, one behind the other: `use` tells inputs of different
 * kinds apart, and ends with a NUL. ERR_CRYPTO: then `out` is zeroed and must not be used.
 */
enum err prf_run(struct prf *p, struct span use, struct span bytes,
                 uint8_t out[PRF_BYTES]) MUST_CHECK;

#endif
