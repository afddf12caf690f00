/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SCAFFOLD_H
#define CLI_SCAFFOLD_H

#include "base/buf.h"
#include "policy/basis.h"

/*
 * The first text of a partner's and of an agreement's file: every blank with what
 * belongs there, every box of Exhibit B of the NDPA 1.0 as a comment that says
 * which fields it stands for. What is printed can be parsed as it is; it passes
 * `check` once the blanks are filled and some boxes ticked.
 */
struct scaffold {
    struct span name;      /* of the partner, as people write it */
    struct span partner;   /* id */
    struct span agreement; /* id */
    enum basis basis;
    const struct catalog *catalog;
};

/* An id made of a name: "Acme Learning, Inc." is "acme-learning-inc"; empty when none can be. */
struct span scaffold_id(struct span name, struct arena *arena);

/* Append the files' texts; the buffer remembers a failure. */
void scaffold_put_partner(struct buf *out, const struct scaffold *s);
void scaffold_put_agreement(struct buf *out, const struct scaffold *s);

#endif
