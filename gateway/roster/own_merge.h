/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROSTER_OWN_MERGE_H
#define ROSTER_OWN_MERGE_H

#include "roster/own_read.h"

/* Rows of one file that are in force, with their strings. Owned; zero it before first use. */
struct own_list {
    struct arena arena;
    struct own_row *rows;
    size_t count;
};

void own_list_fini(struct own_list *list);

/*
 * What is in force once a file was read anew, from what was in force before.
 *
 * Not `narrow_only`: the rows of the sheet; and of a file whose rows take away,
 * those that stand in it no more, marked as vanished, unless their last day has
 * passed (SAFETY S2).
 *
 * `narrow_only` (a sheet that is not whole, or whose other rows wait for their
 * ledger entry): what was in force, and of the sheet only what takes away: its
 * bad rows; rows of opt-outs and restrictions; earlier ends of consents and
 * namings that were in force, and that a whole sheet has them no more (SAFETY S1).
 *
 * A row is known again by its student, what it says, of whom, and its first day.
 * ERR_MEMORY, ERR_CRYPTO; `*out` untouched then.
 */
struct own_merge {
    enum own_file file;
    bool narrow_only;
    int32_t today; /* yyyymmdd */
};
enum err own_merge(const struct own_list *old, const struct own_sheet *sheet,
                   const struct own_merge *how, struct own_list *out) MUST_CHECK;

/* The rows of `old` that did not vanish. ERR_MEMORY. */
enum err own_merge_confirm(const struct own_list *old, struct own_list *out) MUST_CHECK;

#endif
