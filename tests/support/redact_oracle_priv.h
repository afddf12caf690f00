/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_REDACT_ORACLE_PRIV_H
#define SUPPORT_REDACT_ORACLE_PRIV_H

#include "redact/type.h"
#include "tests/support/redact_oracle.h"

#include <jansson.h>

enum { MAX_ITEMS = 256 };

/* One record being worked out. */
struct work {
    const struct plan *plan;
    struct row_verdict row;
    struct span id; /* the record's, as the source has it */
    struct fieldset keep;
    bool fill;
};

/* What a record says of itself: subjects, schools, grades, roles. */
struct facts {
    struct span items[3][MAX_ITEMS];
    size_t count[3];
    bool bad[4];
    role_mask roles;
};

static inline struct span text_of(const json_t *value)
{
    return span_of(json_string_value(value), json_string_length(value));
}

static inline const char *name_of(const struct field *f)
{
    static char name[2][64];
    static unsigned turn;

    turn ^= 1;
    memcpy(name[turn], f->name.ptr, f->name.len);
    name[turn][f->name.len] = '\0';
    return name[turn];
}

static inline json_t *member(const json_t *object, const struct field *f)
{
    json_t *value = json_object_get(object, name_of(f));

    return json_is_null(value) ? NULL : value;
}

static inline const struct field *field_at(const struct work *w, size_t i)
{
    return &w->plan->resource->fields[i];
}

static inline size_t field_count(const struct work *w)
{
    return w->plan->resource->field_count;
}

/* The id that a reference names, or an empty text. */
static inline struct span ref_id(const json_t *ref)
{
    const json_t *id = json_is_object(ref) ? json_object_get(ref, "sourcedId") : NULL;

    return json_is_string(id) && type_is_id(text_of(id)) ? text_of(id) : SPAN("");
}

/* The field's stand-in, or NULL. */
json_t *oracle_placeholder(const struct field *f);

/* What the field's transform, any but as-is, makes of a text; NULL: it is dropped. */
json_t *oracle_change(const struct work *w, const struct field *f, struct span text);

/* Collects the facts of the object `parent` of the catalog into `x`. */
void oracle_facts(const struct work *w, const json_t *object, uint16_t parent, struct facts *x);

#endif
