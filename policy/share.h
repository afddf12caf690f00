/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_SHARE_H
#define POLICY_SHARE_H

#include "policy/agreement.h"
#include "policy/program.h"

/*
 * `share:` spelled out: for each (resource, role) one cell per field of the
 * catalog. A cell without `at` grants nothing; that is how every cell starts.
 */
struct cell {
    struct field_rule rule;
    struct line line;      /* of Exhibit B: it counts on the days that this one does */
    const struct node *at; /* where the file says so, or NULL */
};

struct sharing {
    const struct agreement_file *file;
    const struct catalog *catalog;
    struct arena *scratch;
    struct cell **cells;               /* see sharing_cells() */
    const struct node **opened;        /* per resource: where `records` names it, or NULL */
    struct line role_line[ROLE_COUNT]; /* for the ids that sharing a role sends */
    const struct node *complained;     /* one message for each place */
    bool failed;
};

/*
 * Reads `share` of an agreement; every problem is a message. False if any was an
 * error or memory ran out (then `scratch` has its overflow set). The result and
 * constants live in the scratch arena and the document's arena respectively.
 */
bool share_read(const struct agreement_file *file, const struct catalog *catalog,
                struct arena *scratch, struct sharing *out);

/* The cells of a resource's fields for a role, or NULL if that role has none there. */
struct cell *sharing_cells(const struct sharing *s, size_t resource, enum role role);

/* One message for each place: further ones about the same node are dropped. */
void sharing_complain(struct sharing *s, const struct node *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
