/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading one resource: a record kind seen under a path. Grants to roles that its
 * records cannot have are taken away here, and the fields that name the person a
 * record is about are marked.
 */
#include "policy/catalog_priv.h"
#include "policy/nearest.h"

struct resource_form {
    struct span record, id_of, base;
    struct texts envelope, paths, roles;
    bool person;
    const struct node *subjects;
};

#define FORM(member) offsetof(struct resource_form, member)

static const struct doc_rule resource_rules[] = {
    {"record", doc_read_text, FORM(record), true},
    {"base", doc_read_text, FORM(base), false},
    {"envelope", doc_read_texts, FORM(envelope), true},
    {"paths", doc_read_texts, FORM(paths), true},
    {"id-of", doc_read_text, FORM(id_of), true},
    {"person", doc_read_yes, FORM(person), false},
    {"roles", doc_read_texts, FORM(roles), true},
    {"subjects", doc_read_node, FORM(subjects), true},
};

/* One resource being read. */
struct resource_reader {
    struct catalog_reader *r;
    const struct node *node;
    const struct resource_form *form;
    struct resource *resource;
    struct field *fields; /* resource->fields while they may change */
};

static void complain(const struct resource_reader *f, const char *key, const char *text)
{
    doc_error(&f->r->doc, node_member(f->node, key), "%s", text);
}

static const struct record_kind *find_record(const struct resource_reader *f)
{
    struct nearest near;
    nearest_init(&near, f->form->record);
    for (size_t i = 0; i < f->r->record_count; i++) {
        if (span_eq(f->r->records[i].name, f->form->record)) {
            return &f->r->records[i];
        }
        nearest_try(&near, f->r->records[i].name);
    }
    doc_error(&f->r->doc, node_member(f->node, "record"), "there is no record \"%s\"%s",
              shown_of(f->form->record).text, nearest_hint(&near).text);
    return NULL;
}

/* A path is "/" and the resource's name; that of one record ends in "/{sourcedId}". */
static void read_paths(const struct resource_reader *f)
{
    const struct texts *paths = &f->form->paths;
    struct span name = f->resource->name;
    bool good = paths->count == 2;
    for (size_t i = 0; good && i < 2; i++) {
        struct span want = i == 0 ? span_of(NULL, 0) : SPAN("/{sourcedId}");
        struct span path = paths->items[i];
        good = path.len > 0 && path.ptr[0] == '/' && span_eq(span_sub(path, 1, name.len), name) &&
               span_eq(span_from(path, 1 + name.len), want);
    }
    if (!good) {
        complain(f, "paths", "expected [/name, \"/name/{sourcedId}\"] with the resource's name");
        return;
    }
    f->resource->collection_path = paths->items[0];
    f->resource->item_path = paths->items[1];
}

static void read_base(const struct resource_reader *f)
{
    bool own = f->form->base.len > 0;
    if (own && !catalog_is_path(f->form->base)) {
        complain(f, "base", "expected a path such as /ims/oneroster/gradebook/v1p2");
    }
    f->resource->base = own ? f->form->base : f->r->catalog->base;
}

static void read_envelope(const struct resource_reader *f)
{
    if (f->form->envelope.count != 2) {
        complain(f, "envelope", "expected the key of many records and the key of one");
        return;
    }
    f->resource->collection = f->form->envelope.items[0];
    f->resource->item = f->form->envelope.items[1];
}

static bool role_of_plural(struct span word, enum role *out)
{
    for (size_t i = 0; i < ROLE_COUNT; i++) {
        if (span_eq_str(word, role_word((enum role)i))) {
            *out = (enum role)i;
            return true;
        }
    }
    return false;
}

static void read_roles(const struct resource_reader *f)
{
    for (size_t i = 0; i < f->form->roles.count; i++) {
        enum role role;
        if (!role_of_plural(f->form->roles.items[i], &role)) {
            complain(f, "roles", "expected students, guardians, teachers, staff or records");
            return;
        }
        f->resource->roles |= ROLE_BIT(role);
    }
    bool nobody = (f->resource->roles & ROLE_BIT(ROLE_NONE)) != 0;
    if (nobody && f->resource->roles != ROLE_BIT(ROLE_NONE)) {
        complain(f, "roles", "records are about nobody: no other role stands beside them");
    }
    if (f->resource->is_person && nobody) {
        complain(f, "roles", "a person's record has a person's role");
    }
}

static void read_id(const struct resource_reader *f)
{
    const struct field *id = resource_field(f->resource, SPAN("sourcedId"));
    if (!ref_of_word(f->form->id_of, &f->resource->ref)) {
        complain(f, "id-of", "expected a GUIDRef type such as org, class or user");
        return;
    }
    if (id == NULL || id->kind != FIELD_VALUE || id->type != TYPE_ID || id->list || !id->required ||
        id->ref != f->resource->ref || f->resource->ref == REF_NONE) {
        complain(f, "id-of", "the record needs a required `sourcedId` that is an id of this");
    }
    bool person = f->resource->ref == REF_USER || f->resource->ref == REF_DEMOGRAPHICS;
    if (person != f->resource->is_person) {
        complain(f, "id-of", "`person: yes` goes with ids of users and demographics, always");
    }
}

static bool names_a_person(const struct field *field)
{
    return field != NULL && field->type == TYPE_ID && field->kind != FIELD_OBJECT &&
           (field->ref == REF_USER || field->ref == REF_DEMOGRAPHICS);
}

static void mark_subjects(const struct resource_reader *f)
{
    struct texts paths = {0};
    if (!doc_read_texts(&f->r->doc, f->form->subjects, &paths)) {
        return;
    }
    f->resource->has_subjects = true;
    for (size_t i = 0; i < paths.count; i++) {
        const struct field *field = resource_field(f->resource, paths.items[i]);
        if (!names_a_person(field)) {
            doc_error(&f->r->doc, f->form->subjects, "\"%s\" is no field that names a person",
                      shown_of(paths.items[i]).text);
            continue;
        }
        f->fields[field->number].facts |= FACT_SUBJECT;
    }
}

/* `none` is a claim that records are about nobody; it must not hide a person (DESIGN 7). */
static void check_no_subjects(const struct resource_reader *f)
{
    if (f->resource->roles != ROLE_BIT(ROLE_NONE)) {
        complain(f, "subjects", "`none` is only for records about nobody");
    }
    for (size_t i = 0; i < f->resource->field_count; i++) {
        const struct field_grant *grant = f->fields[i].grant;
        if (grant[ROLE_STUDENT].category.len > 0 || grant[ROLE_GUARDIAN].category.len > 0) {
            doc_error(&f->r->doc, f->form->subjects,
                      "`none`, but \"%s\" has an element of a student or guardian",
                      shown_of(f->fields[i].path).text);
        }
    }
}

static void read_subjects(const struct resource_reader *f)
{
    const struct node *n = f->form->subjects;
    if (n->kind == NODE_SCALAR && span_eq_str(n->text, "none")) {
        check_no_subjects(f);
        return;
    }
    mark_subjects(f);
    if ((f->resource->roles & ROLE_BIT(ROLE_NONE)) != 0) {
        complain(f, "subjects", "records about nobody say `subjects: none`");
    }
}

/* Roles that records of this resource cannot have get nothing; `records` grants know its name. */
static void settle_grants(const struct resource_reader *f)
{
    for (size_t i = 0; i < f->resource->field_count; i++) {
        struct field_grant *grant = f->fields[i].grant;
        for (size_t role = 0; role < ROLE_COUNT; role++) {
            if ((f->resource->roles & ROLE_BIT(role)) == 0) {
                grant[role] = (struct field_grant){.by = GRANT_NEVER};
            }
        }
        if (grant[ROLE_NONE].by == GRANT_ELEMENT || grant[ROLE_NONE].by == GRANT_NAME) {
            grant[ROLE_NONE].category = f->resource->name;
        }
    }
}

static bool copy_fields(struct resource_reader *f, const struct record_kind *kind)
{
    struct arena *arena = &f->r->catalog->arena;
    f->fields = arena_array(arena, kind->field_count, sizeof(*f->fields));
    struct member_index *members = arena_alloc(arena, sizeof(*members));
    if (f->fields == NULL || members == NULL || kind->field_count == 0) {
        return false;
    }
    memcpy(f->fields, kind->fields, kind->field_count * sizeof(*f->fields));
    for (size_t i = 0; i < kind->field_count; i++) {
        member_index_add(members, f->fields, (uint16_t)i);
    }
    f->resource->fields = f->fields;
    f->resource->field_count = kind->field_count;
    f->resource->members = members;
    return true;
}

void catalog_read_resource(struct catalog_reader *r, const struct node *n, struct resource *out)
{
    struct resource_form form = {0};
    *out = (struct resource){
        .name = n->key,
        .collection_params = r->collection_params,
        .item_params = r->item_params,
    };
    if (!doc_fill(&r->doc, n, resource_rules, sizeof(resource_rules) / sizeof(resource_rules[0]),
                  &form)) {
        return;
    }
    out->is_person = form.person;
    out->record = form.record;
    struct resource_reader f = {.r = r, .node = n, .form = &form, .resource = out};
    const struct record_kind *kind = find_record(&f);
    if (kind == NULL || !copy_fields(&f, kind)) {
        return;
    }
    read_base(&f);
    read_envelope(&f);
    read_paths(&f);
    read_roles(&f);
    read_id(&f);
    read_subjects(&f); /* before grants to other roles are masked: `none` is checked in full */
    settle_grants(&f);
}
