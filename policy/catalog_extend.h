/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POLICY_CATALOG_EXTEND_H
#define POLICY_CATALOG_EXTEND_H

#include "policy/catalog.h"
#include "policy/local_field.h"

/*
 * The catalog of a district: `base` with the local fields as leaves of a
 * `metadata` object, in every resource whose records are of the kind that a field
 * names and can have its role. They are granted by naming them, never by their
 * element alone: what stands in them is the district's affair (SAFETY F5).
 *
 * Lives in d's arena and borrows from `base`. False with messages at the fields'
 * places, or when memory ran out (then the arena has its overflow set); `*out` is
 * usable in any case. Without local fields it is `base` itself.
 */
bool catalog_extend(const struct catalog *base, const struct doc *d,
                    const struct local_fields *locals, const struct catalog **out);

#endif
