/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which fields an agreement's `ids:` changes.
 */
#include "policy/translation.h"

bool translation_is_on(const struct agreement *a)
{
    return a->ids != IDS_DISTRICT;
}

bool translation_is_coded(const struct agreement *a, const struct field *f)
{
    bool id = f->kind == FIELD_REF || (f->kind == FIELD_VALUE && f->type == TYPE_ID);

    return translation_is_on(a) && id && !ref_keeps_id(f->ref);
}

bool translation_is_cut(const struct agreement *a, const struct field *f)
{
    bool structure = false;

    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        structure |= f->grant[role].by == GRANT_STRUCTURE;
    }
    return translation_is_on(a) && structure && f->kind == FIELD_VALUE && f->type == TYPE_DATETIME;
}
