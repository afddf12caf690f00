/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROSTER_BUILDER_PRIV_H
#define ROSTER_BUILDER_PRIV_H

#include "roster/builder.h"
#include "roster/roster_priv.h"

/* A snapshot in the making: rows, and edges that become its sets. */
struct roster_builder {
    struct roster *roster;
    struct edges person_orgs;   /* person * PERSON_ROLES + role -> org, of any type */
    struct edges person_grades; /* person -> grade name */
    struct edges agents;        /* person -> person, as the source has them */
    struct edges place_grades[PLACE_KIND_COUNT];
    size_t seen, skipped;
};

#endif
