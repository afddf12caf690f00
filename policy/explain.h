/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_EXPLAIN_H
#define POLICY_EXPLAIN_H

#include "policy/policy.h"
#include "policy/share.h"

/*
 * Why a field leaves or does not: where the agreement's file says so. For tools
 * that people use before a policy is put in force; deciding never comes here. It
 * reads `share` of the file once more, so that programs need not carry places.
 */
struct explanation {
    const struct policy *policy;
    const struct agreement *agreement;
    struct doc doc; /* the agreement's file, as it was loaded */
    struct agreement_file file;
    struct sharing sharing;
    struct diag_list diags; /* of the second reading; says nothing new */
};

/*
 * Explains an agreement of a policy. Both outlive the result, and so does the
 * arena, which it lives in. ERR_MEMORY. `out` must stay where it is.
 */
enum err explain_agreement(const struct policy *p, const struct agreement *a, struct arena *arena,
                           struct explanation *out) MUST_CHECK;

enum fate {
    FATE_SENT,        /* as it is or changed, see `rule` */
    FATE_STRUCTURE,   /* comes with every record of its kind */
    FATE_OMITTED,     /* `omit` says so */
    FATE_LATER,       /* granted, from a day after the one asked about */
    FATE_PAST,        /* granted, but not any more on the day asked about */
    FATE_UNSHARED,    /* structure of a kind of record that is not shared for this role */
    FATE_UNMENTIONED, /* could be granted, and is not */
    FATE_NEVER,       /* in no way for this role, whatever an agreement says */
    FATE_COUNT
};

const char *fate_word(enum fate fate);

struct field_fate {
    enum fate fate;
    struct field_rule rule;        /* of FATE_SENT and FATE_LATER */
    int32_t from;                  /* of both: the first day; else 0 */
    const struct node *at;         /* of both, and FATE_OMITTED: where the file says it */
    const struct element *element; /* that grants it, or NULL */
    const struct element *box;     /* of Exhibit B that must be ticked for it, or NULL */
    const struct node *ticked;     /* where that box is ticked, or NULL */
    bool stand_in;                 /* does not leave, but a fixed value stands for it */
};

/* What becomes of a field of records of a role on a district-local day (yyyymmdd). */
struct field_fate explain_field(const struct explanation *e, const struct resource *r,
                                enum role role, const struct field *f, int32_t day);

/* A member of the file by its path from the root ("where.schools"), or NULL. */
const struct node *explain_member(const struct explanation *e, const char *path);

/* Where a box of Exhibit B is ticked, or NULL. */
const struct node *explain_box(const struct explanation *e, const struct element *box);

#endif
