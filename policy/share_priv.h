/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_SHARE_PRIV_H
#define POLICY_SHARE_PRIV_H

#include "policy/share.h"

/* What is to be done with the fields that a place of `share` names. */
struct spec {
    struct field_rule rule;
    struct texts bounds; /* of a band, as written: each field reads them in its own way */
    bool keeps_domain;   /* of an alias */
    bool accepts_type_change;
    const struct node *at;
};

/* Which fields a place names. Empty members do not restrict. */
struct pick {
    enum role role;
    const struct resource *resource; /* or NULL */
    struct span category;            /* of the field's grant */
    const struct element *element;   /* or NULL */
    struct span path;                /* of one field, or of an object: its listed leaves */
};

/*
 * Reads `as-is`, or `{ as: year, accept-type-change: yes }`. A map without `as` is
 * no spec: spec_is_nested(). False with a message on any other.
 */
bool spec_read(struct sharing *s, const struct node *n, struct spec *out);
bool spec_is_nested(const struct node *n);

/*
 * Grants every field picked, after all checks of the single field (transform,
 * ceiling, labels, said twice). Returns how many were picked, granted or not.
 */
size_t grant_picked(struct sharing *s, const struct pick *p, const struct spec *spec);

/* The arguments in a spec's long form, as they stand; NULL where nothing stands. */
struct raw_args {
    const struct node *value, *band, *round, *map, *max_days, *keep_domain;
};

/*
 * Reads the arguments of `out->rule.transform`; one that it needs and lacks, and
 * one that is another's, is a message at `n` and false.
 */
bool args_read(struct sharing *s, const struct node *n, const struct raw_args *raw,
               struct spec *out);

/*
 * The rule for one field: bands in the field's own order, domains for e-mails.
 * False with a message when the arguments do not suit it.
 */
bool args_settle(struct sharing *s, const struct spec *spec, const struct field *f,
                 struct field_rule *out);

#endif
