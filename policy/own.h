/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_OWN_H
#define POLICY_OWN_H

#include "policy/element_set.h"

/*
 * Students' own facts as a decision sees them: opt-outs, consents, restrictions
 * and namings that the district keeps outside the policy (SAFETY S1-S5). They
 * only take away, but for what their absence already took: a consent is what
 * opens an agreement that rests on consent, a naming one that is for single
 * students. Lookups do no I/O and never fail; unknown students have no facts.
 */
struct own_question {
    struct span partner;
    struct span agreement;
    struct span purpose; /* of the client */
    int32_t date;        /* yyyymmdd, district-local */
    int32_t birth;       /* yyyymmdd of the student, or 0: unknown (SAFETY F3) */
};

struct own_facts {
    bool withheld;    /* a restriction on everything, a row that could not be read whole, or an
                         opt-out from this agreement: the student's records do not leave */
    bool named;       /* named for this agreement, on this day */
    bool consented;   /* some valid consent covers this agreement, purpose and day */
    bool refused_all; /* opted out of all directory information */
    struct element_set restricted; /* withheld by restrictions, whatever the basis */
    struct element_set refused;    /* elements of the directory types opted out of */
    struct element_set consents;   /* elements released by valid consents */
};

struct own_view {
    const void *ctx;
    bool complete; /* false: some file is missing or was never read whole (SAFETY S1): records about
                      students are withheld */
    bool empty;    /* the district declares that nobody has any, so that no decision need reckon
                      with fields that one student has and another lacks (SAFETY R3) */
    void (*facts)(const void *ctx, struct span student, const struct own_question *q,
                  struct own_facts *out);
};

/* The view of a district that declares `student-facts: none`: complete, and nobody has any. */
extern const struct own_view own_view_none;

#endif
