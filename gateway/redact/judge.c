/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether an object may stand: SAFETY R5 (references in scope), the guard of
 * role items, the bars that no policy lifts, required lists that lost every
 * item. Judged in every record in the same way, whatever fields the partner
 * selected (invariant 5). Missing, mistyped and malformed values do not let an
 * object stand.
 */
#include "redact/redact_priv.h"
#include "redact/type.h"

bool id_has_form(const struct redactor *r, const struct field *f, struct span id)
{
    return !fieldset_has(&r->layout.coded, f->number) || idmap_fits(r->setup.ids, f->ref, id);
}

bool ref_stands(struct redactor *r, struct entry *e)
{
    const struct field *f = &r->view->resource->fields[e->field];

    if (e->kind != ENTRY_REF) {
        return false;
    }
    if ((e->flags & ENTRY_JUDGED) == 0) {
        struct span id = entry_value(r, e);
        bool stands = type_is_id(id) && id_has_form(r, f, id) &&
                      verdict_ref(r->setup.plan, &r->verdict, f->ref, id);

        e->flags |= ENTRY_JUDGED | (stands ? ENTRY_IN_SCOPE : 0);
    }
    return (e->flags & ENTRY_IN_SCOPE) != 0;
}

/* A list of references stands by any one of them; the others are dropped. */
static bool refs_stand(struct redactor *r, struct entry *e)
{
    struct entry *entries = r->view->entries;
    size_t at = (size_t)(e - entries);

    if (e->kind != ENTRY_LIST) {
        return ref_stands(r, e);
    }
    for (size_t i = at + 1; i < e->next; i = entries[i].next) {
        if (ref_stands(r, &entries[i])) {
            return true;
        }
    }
    return false;
}

/* A required list of objects stands by any item that does: without one its record may not. */
static bool items_stand(struct redactor *r, const struct entry *e)
{
    const struct entry *entries = r->view->entries;
    size_t at = (size_t)(e - entries);

    if (e->kind != ENTRY_LIST) {
        return e->kind == ENTRY_OBJECT && object_stands(r, at);
    }
    for (size_t i = at + 1; i < e->next; i = entries[i].next) {
        if (entries[i].kind == ENTRY_OBJECT && object_stands(r, i)) {
            return true;
        }
    }
    return false;
}

static bool lets_stand(struct redactor *r, const struct field *f, struct entry *e)
{
    if (e == NULL) {
        return false;
    }
    if (f->kind == FIELD_OBJECT) {
        return items_stand(r, e);
    }
    if (f->kind == FIELD_REF) {
        return refs_stand(r, e);
    }
    if (e->kind != ENTRY_STRING) {
        return false;
    }
    struct span text = entry_value(r, e);

    return !field_bars_item(f, text) &&
           (!f->guards_item || verdict_role_item(r->verdict.roles, text));
}

bool object_stands(struct redactor *r, size_t object)
{
    uint16_t parent = r->view->entries[object].field;

    for (size_t i = 0; i < r->layout.judge_count; i++) {
        const struct field *f = &r->view->resource->fields[r->layout.judges[i]];

        if (f->parent == parent && !lets_stand(r, f, entry_member(r, object, f->number))) {
            return false;
        }
    }
    return true;
}
