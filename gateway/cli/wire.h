/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_WIRE_H
#define CLI_WIRE_H

#include "base/buf.h"
#include "policy/vocabulary.h"

/* What a box of Exhibit B means on the wire: the fields of the catalog that it stands for. */

/* True if any field of a role is granted under `category`, or under `e` when that is given. */
bool wire_has(const struct catalog *c, enum role role, struct span category,
              const struct element *e);

/*
 * Appends "user: givenName, familyName; demographics: birthDate", each kind of
 * record once though several resources carry it; nothing when there is no field.
 * What is free text, granted only by name, has a star behind it.
 */
void wire_put(struct buf *out, const struct catalog *c, enum role role, const struct element *e);

/* The same of everything that `records: { NAME: as-is }` and names in it can grant. */
void wire_put_records(struct buf *out, const struct resource *r);

#endif
