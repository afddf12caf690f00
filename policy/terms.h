/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_TERMS_H
#define POLICY_TERMS_H

#include "policy/basis.h"
#include "policy/element_set.h"
#include "policy/facts.h"
#include "policy/program.h"

/*
 * The terms of one agreement as decisions see them, compiled from its file.
 * Immutable; everything in it lives as long as the policy it is of.
 */

/* What stands for `sourcedId` in what a partner sees (SAFETY I1-I3). */
enum ids_mode { IDS_DISTRICT, IDS_PER_PARTNER, IDS_RANDOM };

/* A field that some transform of an agreement needs a key for, in whatever era or role. */
struct keyed_field {
    enum ref_type ref; /* of its resources: students and teachers are users */
    struct span path;
    struct span what; /* "user.email": names the key (SAFETY F4) */
};

/* One agreement, compiled. */
struct agreement {
    struct span id;
    struct span partner;
    struct span partner_name;
    struct span basis;        /* "school-official" */
    struct span interest;     /* legitimate interest, in words (99.32(a)(3)(ii)) */
    struct span ledger_class; /* who must be able to read it: "school-official", "directory", ... */
    int32_t from;             /* first day, yyyymmdd, district-local */
    int32_t ends;             /* last whole day */
    uint64_t version;         /* first 8 bytes of the SHA-256 of its file's bytes */
    const struct fact_set *schools; /* where.schools as sourcedIds; NULL: the whole district */
    const struct fact_set *grades;  /* where.grades; NULL: all */
    const struct fact_set *classes; /* where.classes, ids; NULL: all; so are the next four */
    const struct fact_set *courses;
    const struct fact_set *terms;
    const struct fact_set *statuses;
    const struct fact_set *programs;
    const struct span *purposes;
    size_t purpose_count;
    enum basis kind;
    bool by_naming;    /* the basis is for single students: only those named for it */
    bool by_consent;   /* only what a student's valid consents release (99.30) */
    bool by_directory; /* opt-outs apply, and questions by designated types alone (99.37) */
    struct element_set designated; /* by_directory: elements of the designated types */
    enum ids_mode ids;
    bool ids_for_agreement; /* ids-scope: agreement; else they are the partner's (SAFETY I2) */
    uint32_t epoch;         /* of derived keys, from 1; grows when the district rotates them */
    const struct keyed_field *keyed;
    size_t keyed_count;
    uint64_t requests_per_minute; /* 0: no limit */
    uint64_t students_per_day;    /* 0: no limit */
    int32_t stopped_on;   /* first day without any disclosure: `ended:` or a directive; 0: none */
    int32_t barred_until; /* last day on which the partner gets nothing (99.67(c)); 0: none */
};

/* True on the days on which it can share anything at all. */
bool agreement_in_force(const struct agreement *a, int32_t date);

#endif
