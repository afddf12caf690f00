/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a district's own catalog. Resources keep their numbers, and fields of the
 * base catalog theirs: only new fields stand behind them. Nothing of the base is
 * changed; other policies may use it.
 */
#include "policy/catalog_extend.h"

#include "policy/catalog_priv.h"
#include "policy/nearest.h"

/* One resource while it gets its fields. */
struct extension {
    const struct doc *doc;
    const struct local_fields *locals;
    struct resource *resource;
    struct field *fields;
    struct member_index *members;
    uint16_t metadata; /* number of the object, once it is there */
    bool good;
};

static const struct resource *family_of(const struct catalog *c, const struct local_field *l)
{
    return catalog_find(c, l->resource);
}

/* True if records of this resource can have the field. */
static bool has_field(const struct catalog *base, const struct resource *r,
                      const struct local_field *l)
{
    const struct resource *named = family_of(base, l);

    return named != NULL && span_eq(named->record, r->record) &&
           (r->roles & ROLE_BIT(l->role)) != 0;
}

static size_t count_new(const struct catalog *base, const struct resource *r,
                        const struct local_fields *locals)
{
    size_t n = 0;

    for (size_t i = 0; i < locals->count; i++) {
        n += has_field(base, r, &locals->items[i]);
    }
    return n == 0 ? 0 : n + 1; /* and the object that holds them */
}

static struct field *add_field(struct extension *x, uint16_t parent, struct span name)
{
    struct field *f = &x->fields[x->resource->field_count];

    *f = (struct field){.number = (uint16_t)x->resource->field_count,
                        .parent = parent,
                        .kind = FIELD_VALUE,
                        .ferpa_class = '-',
                        .name = name,
                        .path = name};
    x->resource->field_count++;
    return f;
}

static void open_metadata(struct extension *x)
{
    struct field *f = add_field(x, CATALOG_ROOT, SPAN("metadata"));

    f->kind = FIELD_OBJECT;
    x->metadata = f->number;
    member_index_add(x->members, x->fields, f->number);
}

static struct field *find_leaf(struct extension *x, struct span key)
{
    for (size_t i = x->metadata + 1U; i < x->resource->field_count; i++) {
        if (span_eq(x->fields[i].name, key)) {
            return &x->fields[i];
        }
    }
    return NULL;
}

/* "metadata.bus" is the tail of "users.metadata.bus". */
static struct field *open_leaf(struct extension *x, const struct local_field *l)
{
    struct field *f = add_field(x, x->metadata, l->key);

    f->path = span_from(l->field, l->resource.len + 1);
    f->type = l->type;
    f->words = l->words.items;
    f->word_count = l->words.count;
    member_index_add(x->members, x->fields, f->number);
    return f;
}

/* The same key for another role's data: one leaf, with the strictest of what is said. */
static bool same_values(struct extension *x, const struct field *f, const struct local_field *l)
{
    if (f->type == l->type && f->words == l->words.items) {
        return true;
    }
    if (f->type == l->type && f->type != TYPE_ENUM) {
        return true;
    }
    doc_error(x->doc, l->at, "this field is of another type in an entry above");
    x->good = false;
    return false;
}

static void put_local(struct extension *x, const struct local_field *l)
{
    struct field *f = find_leaf(x, l->key);

    f = f == NULL ? open_leaf(x, l) : f;
    if (!same_values(x, f, l)) {
        return;
    }
    f->local = l->field;
    f->labels |= l->labels;
    f->facts |= l->facts;
    f->ferpa_class = l->ferpa_class;
    f->grant[l->role] = (struct field_grant){.by = GRANT_NAME};
    if (l->role == ROLE_NONE) {
        f->grant[l->role].category = x->resource->name;
        return;
    }
    f->grant[l->role].category = l->element->category;
    f->grant[l->role].element = l->element->element;
}

static bool open_extension(struct extension *x, size_t more)
{
    struct resource *r = x->resource;
    struct arena *arena = x->doc->arena;

    if (r->field_count + more > CATALOG_MAX_FIELDS) {
        doc_error(x->doc, x->locals->items[0].at,
                  "a record has at most %d fields; these are too many for one kind",
                  CATALOG_MAX_FIELDS);
        return false;
    }
    x->fields = arena_array(arena, r->field_count + more, sizeof(*x->fields));
    x->members = arena_alloc(arena, sizeof(*x->members));
    if (x->fields == NULL || x->members == NULL) {
        return false;
    }
    memcpy(x->fields, r->fields, r->field_count * sizeof(*x->fields));
    *x->members = *r->members;
    r->fields = x->fields;
    r->members = x->members;
    return true;
}

static bool extend(const struct catalog *base, struct extension *x)
{
    const struct resource before = *x->resource;
    size_t more = count_new(base, &before, x->locals);

    if (more == 0) {
        return true;
    }
    if (!open_extension(x, more)) {
        return false;
    }
    open_metadata(x);
    for (size_t i = 0; i < x->locals->count; i++) {
        if (has_field(base, &before, &x->locals->items[i])) {
            put_local(x, &x->locals->items[i]);
        }
    }
    return x->good;
}

/* Every field must have found a place. */
static bool check_place(const struct catalog *base, const struct doc *d,
                        const struct local_field *l)
{
    struct nearest near;

    nearest_init(&near, l->resource);
    for (size_t i = 0; i < base->resource_count; i++) {
        if (has_field(base, &base->resources[i], l)) {
            return true;
        }
        nearest_try(&near, base->resources[i].name);
    }
    if (family_of(base, l) == NULL) {
        doc_error(d, node_member(l->at, "field"), "\"%s\" is no kind of record of the catalog%s",
                  shown_of(l->resource).text, nearest_hint(&near).text);
        return false;
    }
    doc_error(d, l->at, "records of %s are never about %s", shown_of(l->resource).text,
              role_word(l->role));
    return false;
}

bool catalog_extend(const struct catalog *base, const struct doc *d,
                    const struct local_fields *locals, const struct catalog **out)
{
    bool good = true;

    *out = base;
    for (size_t i = 0; i < locals->count; i++) {
        good = check_place(base, d, &locals->items[i]) && good;
    }
    if (locals->count == 0 || !good) {
        return good;
    }
    struct catalog *c = arena_alloc(d->arena, sizeof(*c));
    struct resource *resources = arena_array(d->arena, base->resource_count, sizeof(*c->resources));

    if (c == NULL || resources == NULL) {
        return false;
    }
    *c = (struct catalog){.name = base->name,
                          .base = base->base,
                          .resources = resources,
                          .resource_count = base->resource_count};
    memcpy(resources, base->resources, base->resource_count * sizeof(*resources));
    for (size_t i = 0; i < c->resource_count; i++) {
        struct extension x = {.doc = d, .locals = locals, .resource = &resources[i], .good = true};

        good = extend(base, &x) && good;
    }
    *out = c;
    return good;
}
