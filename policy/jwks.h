/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_JWKS_H
#define POLICY_JWKS_H

#include "policy/doc_read.h"

/*
 * A JWK set (RFC 7517 5) as people write it, in YAML or JSON, into the JSON text
 * that the verifier reads: `{"keys":[...]}` with public members only. A private
 * part is an error. Key material itself is checked where keys are built.
 */
bool jwks_read(const struct doc *d, const struct node *set, struct span *json);

#endif
