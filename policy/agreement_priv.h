/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_AGREEMENT_PRIV_H
#define POLICY_AGREEMENT_PRIV_H

#include "policy/agreement.h"

/* Parts of agreement_read(): the contract with its documents, and Exhibit B. */
bool contract_read(const struct doc *d, const struct node *n, struct agreement_file *out);
bool exhibit_read(const struct doc *d, const struct node *n, struct agreement_file *out);

/* `ended:` (NULL: not there); after contract and `destroy-within` are read. */
bool ending_read(const struct doc *d, const struct node *n, struct agreement_file *out);

/* True if `destroy-within` is of its form; else a message at `at`. */
bool ending_check_period(const struct doc *d, const struct node *at, struct span text);

/*
 * What the basis demands of the rest of the file and of district.yaml; after
 * everything else of the file is read. False, with messages, if anything lacks.
 */
bool agreement_check_basis(const struct agreement_file *a);

#endif
