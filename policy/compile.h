/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_COMPILE_H
#define POLICY_COMPILE_H

#include "policy/policy.h"
#include "policy/share.h"

/*
 * From cells to programs. What is shared changes only on the days on which a
 * document takes effect; between two of them lies an era with programs of its
 * own.
 *
 * A program exists exactly if at least one field that is not mere structure is
 * released (of records about nobody: if `records` names the resource) and every
 * reference that a strict client requires is too.
 */
struct program_table {
    const int32_t *eras; /* first days, ascending; the first is the agreement's */
    size_t era_count;
    size_t resource_count;
    const struct program **programs; /* [era][resource][role] */
};

/*
 * Compiles into `arena`. A shared resource that would lack what strict clients
 * require is an error (SAFETY F7). False if any, or if memory ran out (then the
 * arena has its overflow set).
 */
bool compile_programs(struct sharing *s, struct arena *arena, struct program_table *out);

/*
 * The fields of all programs whose transforms need a key, each once, into the
 * agreement. False when memory ran out (then the arena has its overflow set).
 */
bool compile_keyed(const struct program_table *t, struct arena *arena, struct agreement *out);

/* The program on a day, or NULL. */
const struct program *program_table_find(const struct program_table *t, size_t resource,
                                         enum role role, int32_t date);

#endif
