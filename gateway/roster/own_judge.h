/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROSTER_OWN_JUDGE_H
#define ROSTER_OWN_JUDGE_H

#include "roster/ids.h"
#include "roster/own_keep.h"
#include "roster/own_merge.h"

/* All rows in force, and bad rows for the students that faulty ones must withhold. */
struct own_judged {
    struct arena arena; /* strings of the added rows; the others are borrowed from the lists */
    struct own_row *rows;
    size_t count, cap;
    size_t unknown_students, unknown_parties;
    struct own_fault faults[OWN_MAX_FAULTS];
    size_t fault_count;
};

/*
 * Holds rows against roster and policy (own_keep.h says what follows). `known`
 * gains the ids in the rows that the roster knows, and loses those in no row.
 * ERR_MEMORY, ERR_CRYPTO. The outcome is to be freed also then.
 */
enum err own_judge_rows(const struct own_list lists[OWN_FILE_COUNT],
                        const struct own_checks *checks, struct ids *known,
                        struct own_judged *out) MUST_CHECK;
void own_judged_fini(struct own_judged *judged);

#endif
