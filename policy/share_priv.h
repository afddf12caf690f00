/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_SHARE_PRIV_H
#define POLICY_SHARE_PRIV_H

#include "policy/share.h"

/* What is to be done with the fields that a place of `share` names. */
struct spec {
    struct field_rule rule;
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

#endif
