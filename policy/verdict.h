/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_VERDICT_H
#define POLICY_VERDICT_H

#include "policy/own.h"
#include "policy/policy.h"
#include "policy/query.h"

/* Pure functions (invariant 6): no I/O, clock or heap. */
struct request_facts {
    const struct policy *policy;
    const struct agreement *agreement;
    const struct roster_view *roster;
    const struct own_view *own; /* students' own facts; NULL: not held (SAFETY S1) */
    struct span purpose;        /* the client's */
    const struct route *route;
    const struct query *query;
    int32_t local_date; /* yyyymmdd in the district's zone */
};

/* What may be forwarded and released. */
struct plan {
    const struct policy *policy;
    const struct agreement *agreement;
    const struct roster_view *roster;
    const struct own_view *own; /* this and the next two: as of the request; NULL withholds */
    struct span purpose;
    int32_t local_date;
    const struct resource *resource;
    const struct query *query;
    bool item;
    struct span id;
    bool vouched; /* the roster knows the id and finds it in scope; else the record alone decides */
    const struct program *programs[ROLE_COUNT]; /* NULL: records of that role are withheld */
    struct fieldset plain[ROLE_COUNT];          /* per role: leaves released as they are */
    struct fieldset open;     /* leaves that every released record shows as they are, whatever its
                                 role and own facts: all that the source may compare */
    role_mask shared;         /* roles that any resource shares: whom references may name */
    struct fieldset asked;    /* leaves a record may show: `fields`, or everything */
    struct fieldset upstream; /* leaves to ask the source for: asked and granted to any role, and
                                 what decisions and filters need: fact fields, required
                                 references (judged in every record, selected or not), guards */
    bool has_row_rules;       /* some record of this answer may be withheld; a filter counts */
    bool totals;              /* X-Total-Count and rel=last may be sent (SAFETY R2) */
    bool about_students;      /* records can have subjects: disclosures are recorded */
};

/*
 * Decides a request. Refusals, in this order: ERR_AGREEMENT_NOT_YET,
 * ERR_AGREEMENT_ENDED, ERR_RESOURCE (not shared, or the basis does not let it be
 * asked for in this way: a transfer's by id alone, a directory's never by id),
 * ERR_RECORD (a person's or place's id that is unknown or out of scope: one code
 * path, SAFETY R4), ERR_FILTER_FIELD, ERR_SORT_FIELD (SAFETY R3), ERR_FIELDS. `why`
 * names the clause and field.
 */
enum err verdict_request(const struct request_facts *facts, struct plan *plan,
                         struct refusal *why) MUST_CHECK;

enum { MAX_SUBJECTS = 256 };

/* What a record says of itself, taken from its index by the catalog's fact marks. */
struct record_facts {
    struct span id;           /* its own sourcedId; empty when missing or malformed */
    struct fact_set subjects; /* ids of the people it is about; unknown: missing or malformed */
    struct fact_set schools;
    struct fact_set grades;
    struct fact_set classes;            /* that it comes from */
    struct fact_set statuses, programs; /* by local fields */
    role_mask roles;                    /* classes of the role words in it */
    bool roles_unknown; /* a role word that is not OneRoster's, or no role where one must be */
};

enum row_reason {
    ROW_RELEASED,
    ROW_ROLE,    /* no role of the person is shared */
    ROW_SUBJECT, /* a subject is missing, malformed or unknown to the roster */
    ROW_SCHOOL,
    ROW_GRADE,
    ROW_STOPPED, /* a subject is stopped or restricted */
    ROW_FILTER,  /* does not match the filter as released (SAFETY R3) */
    ROW_REF,     /* a required reference is out of scope */
    ROW_PLACE,   /* not in the classes, courses or terms listed */
    ROW_STATUS,  /* not of the enrollment statuses or programs listed */
    ROW_NAMED,   /* the agreement is for named students, and a subject is not */
    ROW_CONSENT, /* no valid consent covers a subject */
    ROW_REFUSED, /* a subject's opt-out from directory information */
    ROW_OWN,     /* students' own facts are not held whole (SAFETY S1) */
    ROW_ID,      /* its id has no code that the partner could know it by (SAFETY I1) */
    ROW_REASON_COUNT
};
const char *row_reason_word(enum row_reason reason);

struct row_verdict {
    enum row_reason reason;
    role_mask roles;       /* roles under which it is released; items of others are dropped */
    struct fieldset keep;  /* leaves to emit: the intersection of those roles' programs, without
                              those whose rules differ, and of plan->asked */
    struct fieldset match; /* leaves a clause may be compared with: as-is in this record, asked for
                              or not. A clause on any other field matches nothing (SAFETY R3) */
    const struct field_rule *rules; /* by field number; valid for every field of `keep` */
    size_t subject_count;
    struct span subjects[MAX_SUBJECTS]; /* students the release is about */
};

/* Decides one record. Never fails: what cannot be decided is withheld. */
void verdict_row(const struct plan *plan, const struct record_facts *facts,
                 struct row_verdict *out);

/*
 * True if a reference to `id` may stand in a record released as `row` says
 * (SAFETY R5). A student may be named only in a record whose subject the student
 * is: no disclosure without its ledger entry (invariant 2). A record that names
 * its subject by reference (an enrollment's `user`) passes here too.
 */
bool verdict_ref(const struct plan *plan, const struct row_verdict *row, enum ref_type type,
                 struct span id);

/* True if an item guarded by this role word may stay in a record released as `roles`. */
bool verdict_role_item(role_mask roles, struct span word);

#endif
