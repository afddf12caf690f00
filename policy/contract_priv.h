/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_CONTRACT_PRIV_H
#define POLICY_CONTRACT_PRIV_H

#include "policy/agreement.h"

/* Parts of agreement_read(): the contract with its documents, and Exhibit B. */
bool contract_read(const struct doc *d, const struct node *n, struct agreement_file *out);
bool exhibit_read(const struct doc *d, const struct node *n, struct agreement_file *out);

#endif
