/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_AUDIT_WORDS_H
#define CLI_AUDIT_WORDS_H

#include "base/span.h"

#include <stdio.h>

/*
 * Ledger entries in words, for officers and parents. Text of entries comes in part from
 * partners and sources: whatever could steer a terminal is shown as '?'.
 */

/* A text as it stands, made harmless. */
void words_put(FILE *out, struct span text);

/* "users.familyName" as "users: family name". */
void words_put_field(FILE *out, struct span path);

#endif
