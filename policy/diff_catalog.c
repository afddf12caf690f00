/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two catalogs' words about one resource. Only what can change an answer counts;
 * classes and labels steer what a policy may say, and that has been checked when
 * it was loaded.
 */
#include "policy/diff_priv.h"

static bool texts_equal(const struct span *a, const struct span *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!span_eq(a[i], b[i])) {
            return false;
        }
    }
    return true;
}

static bool same_words(const struct field *a, const struct field *b)
{
    return a->word_count == b->word_count && texts_equal(a->words, b->words, a->word_count);
}

static bool same_grants(const struct field *a, const struct field *b)
{
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        const struct field_grant *x = &a->grant[role];
        const struct field_grant *y = &b->grant[role];

        if (x->by != y->by || !span_eq(x->category, y->category) ||
            !span_eq(x->element, y->element)) {
            return false;
        }
    }
    return true;
}

static bool same_shape(const struct field *a, const struct field *b)
{
    return a->kind == b->kind && a->type == b->type && a->ref == b->ref && a->list == b->list &&
           a->required == b->required && a->extensible == b->extensible;
}

static bool same_duty(const struct field *a, const struct field *b)
{
    return a->guards_item == b->guards_item && a->bar == b->bar && a->facts == b->facts;
}

static bool same_field(const struct field *a, const struct field *b)
{
    return same_shape(a, b) && same_duty(a, b) && same_words(a, b) && same_grants(a, b) &&
           span_eq(a->placeholder, b->placeholder);
}

/* Values of such a field take rows or items away. */
static bool decides(const struct field *f)
{
    bool id = f->parent == CATALOG_ROOT && span_eq_str(f->name, "sourcedId");

    return id || f->facts != 0 || f->guards_item || f->bar != BAR_NONE ||
           (f->required && f->kind == FIELD_REF);
}

static bool same_frame(const struct resource *a, const struct resource *b)
{
    return span_eq(a->collection, b->collection) && span_eq(a->item, b->item) && a->ref == b->ref &&
           a->roles == b->roles && a->is_person == b->is_person &&
           a->has_subjects == b->has_subjects && a->collection_params == b->collection_params &&
           a->item_params == b->item_params;
}

static void map_field(const struct field *f, struct resource_pair *out)
{
    const struct field *old = resource_field(out->was, f->path);

    if (old == NULL) {
        out->decides_otherwise = out->decides_otherwise || decides(f);
        return;
    }
    out->old_number[f->number] = old->number;
    out->new_number[old->number] = f->number;
    if (!same_field(old, f)) {
        fieldset_add(&out->changed, f->number);
        out->decides_otherwise = out->decides_otherwise || decides(f) || decides(old);
    }
}

void diff_resources(const struct resource *was, const struct resource *now,
                    struct resource_pair *out)
{
    *out = (struct resource_pair){.was = was, .now = now};
    for (size_t i = 0; i < CATALOG_MAX_FIELDS; i++) {
        out->old_number[i] = CATALOG_ROOT;
        out->new_number[i] = CATALOG_ROOT;
    }
    if (was == NULL || now == NULL) {
        return;
    }
    out->decides_otherwise = !same_frame(was, now);
    for (size_t i = 0; i < now->field_count; i++) {
        map_field(&now->fields[i], out);
    }
    for (size_t i = 0; i < was->field_count; i++) {
        bool gone = out->new_number[i] == CATALOG_ROOT;

        out->decides_otherwise = out->decides_otherwise || (gone && decides(&was->fields[i]));
    }
}
