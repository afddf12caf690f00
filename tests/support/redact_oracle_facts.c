/* SPDX-License-Identifier: Apache-2.0 */
/* The oracle's reading of a record's facts, by the catalog's marks. */
#include "tests/support/redact_oracle_priv.h"

static void add_fact(struct facts *x, const struct field *f, struct span text)
{
    enum role role;

    for (unsigned kind = 0; kind < 3; kind++) {
        if ((f->facts & 1u << kind) != 0) {
            x->items[kind][x->count[kind]++] = text;
        }
    }
    if ((f->facts & FACT_ROLE) != 0) {
        x->bad[3] |= !role_of_word(text, &role);
        if (role_of_word(text, &role)) {
            x->roles = (role_mask)(x->roles | ROLE_BIT(role));
        }
    }
}

static void add_bad(struct facts *x, unsigned marks)
{
    for (unsigned kind = 0; kind < 4; kind++) {
        x->bad[kind] |= (marks & 1u << kind) != 0;
    }
}

static unsigned marks_below(const struct work *w, const struct field *outer)
{
    unsigned marks = outer->facts;

    for (size_t i = 0; i < field_count(w); i++) {
        if (field_at(w, i)->parent == outer->number) {
            marks |= marks_below(w, field_at(w, i));
        }
    }
    return marks;
}

static void value_facts(const struct work *w, const struct field *f, const json_t *value,
                        struct facts *x)
{
    if (f->kind == FIELD_OBJECT && json_is_object(value)) {
        oracle_facts(w, value, f->number, x);
    } else if (f->kind == FIELD_REF && ref_id(value).len > 0) {
        add_fact(x, f, ref_id(value));
    } else if (f->kind == FIELD_VALUE && json_is_string(value) && text_of(value).len > 0 &&
               (f->type != TYPE_ID || type_is_id(text_of(value)))) {
        add_fact(x, f, text_of(value));
    } else {
        add_bad(x, marks_below(w, f));
    }
}

void oracle_facts(const struct work *w, const json_t *object, uint16_t parent, struct facts *x)
{
    for (size_t i = 0; i < field_count(w); i++) {
        const struct field *f = field_at(w, i);
        const json_t *value = f->parent == parent ? member(object, f) : NULL;
        size_t at;
        const json_t *item;

        if (f->parent == parent && (f->facts & FACT_ROLE) != 0 && value == NULL) {
            x->bad[3] = true;
        }
        if (value == NULL) {
            continue;
        }
        if (!f->list || !json_is_array(value)) {
            f->list ? add_bad(x, marks_below(w, f)) : value_facts(w, f, value, x);
            continue;
        }
        json_array_foreach(value, at, item)
        {
            value_facts(w, f, item, x);
        }
    }
}
