/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_DIFF_PRIV_H
#define POLICY_DIFF_PRIV_H

#include "policy/diff.h"
#include "policy/policy_priv.h"

/* One comparison while it runs; shared by diff.c, diff_clients.c, diff_fields.c, diff_catalog.c. */
struct differ {
    const struct policy *was;
    const struct policy *now;
    int32_t since;
    struct arena *arena;
    struct diff *out;
    size_t cap;
    bool facts_held; /* students' own facts narrow under the new policy */
};

/* The two sides of one agreement; NULL where there is none. */
struct pair {
    const struct agreement *was;
    const struct agreement *now;
    bool moved; /* some rule of `where` is no longer the same */
};

/* Adds a change to the list; an arena that is full remembers it. */
void diff_tell(struct differ *d, const struct diff_change *change);

/* The same for something of an agreement with two texts. */
void diff_tell_of(struct differ *d, const struct pair *p, struct diff_change change);

/* NUL-terminated text in the arena. */
struct span diff_text(struct differ *d, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "2029-06-30"; empty for 0. */
struct span diff_date(struct differ *d, int32_t date);

/* diff_clients.c: registered keys. */
void diff_clients(struct differ *d);

/* diff_fields.c: programs, for one agreement. */
void diff_fields(struct differ *d, const struct pair *p);

/* How the new rule stands to the old one; both are of fields that are released. */
enum diff_kind diff_rules(const struct field_rule *was, const struct field_rule *now);

/*
 * diff_catalog.c: what the catalogs say of one resource. `old_number` gives for each
 * field of the new resource its number in the old one, or CATALOG_ROOT.
 */
struct resource_pair {
    const struct resource *was; /* NULL: not in that catalog */
    const struct resource *now;
    uint16_t old_number[CATALOG_MAX_FIELDS];
    uint16_t new_number[CATALOG_MAX_FIELDS]; /* the reverse */
    struct fieldset changed;                 /* by new number: defined otherwise than before */
    bool decides_otherwise; /* what decides over rows or items is defined otherwise */
};
void diff_resources(const struct resource *was, const struct resource *now,
                    struct resource_pair *out);

#endif
