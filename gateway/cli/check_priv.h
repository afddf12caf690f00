/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CHECK_PRIV_H
#define CLI_CHECK_PRIV_H

#include "cli/jot.h"
#include "cli/policy_open.h"
#include "roster/roster.h"

/* Parts of `policy check`. */
struct check {
    struct opened_policy open;
    const char *roster_path;
    uint64_t enrolled; /* students of the district as told, or 0 */
    struct roster *roster;
    bool json;
};

/*
 * Adds the warnings that need a calendar or a roster: agreements that end within
 * 60 days, limits below the students in scope. ERR_MEMORY.
 */
enum err check_warn(struct check *c) MUST_CHECK;

/* "1,243". */
struct grouped {
    char text[32];
};
struct grouped grouped_number(uint64_t n);

/* What each agreement shares. */
void check_print_policy(const struct check *c);

/* By what agreements join (SAFETY I4), and what each transform does; text or JSON members. */
enum err check_print_joins(const struct check *c, struct jot *j) MUST_CHECK;
void check_print_transforms(struct jot *j);

#endif
