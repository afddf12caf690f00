/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_ROSTER_FILE_H
#define CLI_ROSTER_FILE_H

#include "policy/policy.h"
#include "roster/own.h"
#include "roster/roster.h"

/*
 * The roster as the gateway would load it for this policy, read from the database
 * that `hallpass district import` made, without any server. ERR_NOT_FOUND,
 * ERR_INPUT (no such database, or a catalog that it cannot answer); the builder's
 * errors. One reference, the caller's.
 */
enum err roster_of_database(const char *path, const struct policy *policy,
                            struct roster **out) MUST_CHECK;

/*
 * Students' own facts from their folder. What is not whole goes to `diags`; the
 * set then says that it is not complete, and withholds everybody. ERR_MEMORY,
 * ERR_CRYPTO.
 */
enum err own_of_folder(const char *folder, struct arena *arena, struct diag_list *diags,
                       struct own_set **out) MUST_CHECK;

#endif
