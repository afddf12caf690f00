/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads pages of records into rows and edges; build.c makes the sets. What
 * cannot be read makes its record unknown: nothing here guesses. The order of
 * pages does not matter, because rows exist as soon as anything points at them.
 */
#include "roster/builder.h"

#include "base/mem.h"
#include "roster/builder_priv.h"

void roster_builder_free(struct roster_builder **b)
{
    if (*b == NULL) {
        return;
    }
    roster_destroy((*b)->roster);
    edges_fini(&(*b)->person_orgs);
    edges_fini(&(*b)->person_grades);
    edges_fini(&(*b)->agents);
    for (size_t i = 0; i < PLACE_KIND_COUNT; i++) {
        edges_fini(&(*b)->place_grades[i]);
    }
    builder_ties_fini(*b);
    mem_free(*b);
    *b = NULL;
}

static enum err init_ids(struct roster *r)
{
    enum err e = ids_init(&r->people_ids);

    for (size_t i = 0; i < PLACE_KIND_COUNT && e == OK; i++) {
        e = ids_init(&r->places[i].ids);
    }
    e = e != OK ? e : ids_init(&r->words);
    e = e != OK ? e : ids_init(&r->locals);
    return e != OK ? e : ids_init(&r->grade_names);
}

enum err roster_builder_new(struct roster_builder **out)
{
    struct roster_builder *b = mem_alloc(sizeof(*b));
    enum err e = ERR_MEMORY;

    if (b == NULL) {
        return e;
    }
    b->roster = mem_alloc(sizeof(*b->roster));
    if (b->roster != NULL) {
        e = init_ids(b->roster);
    }
    if (e != OK) {
        roster_builder_free(&b);
        return e;
    }
    *out = b;
    return OK;
}

size_t roster_builder_ids(const struct roster_builder *b)
{
    return b->seen;
}

/* A usable id: a string of 1 to ROSTER_MAX_ID bytes. */
static bool read_id(const json_t *value, struct span *out)
{
    size_t len = json_string_length(value);

    if (!json_is_string(value) || len == 0 || len > ROSTER_MAX_ID) {
        return false;
    }
    *out = span_of(json_string_value(value), len);
    return true;
}

/* The id that a GUIDRef points at. */
bool builder_read_ref(const json_t *ref, struct span *out)
{
    return read_id(json_object_get(ref, "sourcedId"), out);
}

bool builder_is_deleted(const json_t *record)
{
    const json_t *status = json_object_get(record, "status");

    return status != NULL && !json_is_null(status) &&
           (!json_is_string(status) || strcmp(json_string_value(status), "active") != 0);
}

/* --- people */

enum err builder_person(struct roster_builder *b, struct span id, uint32_t *number)
{
    struct roster *r = b->roster;
    enum err e = ids_add(&r->people_ids, id, number);

    if (e != OK || *number < r->people_cap) {
        return e;
    }
    uint32_t cap = r->people_cap == 0 ? 64 : r->people_cap * 2;
    struct person *moved = mem_resize(r->people, cap * sizeof(*moved));

    if (moved == NULL) {
        return ERR_MEMORY;
    }
    memset(moved + r->people_cap, 0, (cap - r->people_cap) * sizeof(*moved));
    r->people = moved;
    r->people_cap = cap;
    return OK;
}

enum err builder_place(struct roster_builder *b, enum place_kind kind, struct span id,
                       uint32_t *number)
{
    struct place_table *t = &b->roster->places[kind];
    enum err e = ids_add(&t->ids, id, number);

    if (e != OK || *number < t->cap) {
        return e;
    }
    uint32_t cap = t->cap == 0 ? 64 : t->cap * 2;
    struct place *moved = mem_resize(t->rows, cap * sizeof(*moved));

    if (moved == NULL) {
        return ERR_MEMORY;
    }
    memset(moved + t->cap, 0, (cap - t->cap) * sizeof(*moved));
    t->rows = moved;
    t->cap = cap;
    return OK;
}

/* Where the person holds that role. `primaryOrg` says nothing of roles and is not read. */
static enum err add_person_org(struct roster_builder *b, uint32_t person, enum role role,
                               const json_t *ref)
{
    struct span id;
    uint32_t org;

    if (!builder_read_ref(ref, &id)) {
        return OK;
    }
    enum err e = builder_place(b, PLACE_ORG, id, &org);

    b->roster->people[person].named |= ROLE_BIT(role);
    return e != OK ? e : edges_add(&b->person_orgs, person * PERSON_ROLES + role, org);
}

static enum err add_roles(struct roster_builder *b, uint32_t person, const json_t *roles)
{
    struct person *p = &b->roster->people[person];
    enum err e = OK;

    if (roles != NULL && !json_is_null(roles) && !json_is_array(roles)) {
        p->flags |= PERSON_UNUSABLE;
    }
    for (size_t i = 0; i < json_array_size(roles) && e == OK; i++) {
        const json_t *item = json_array_get(roles, i);
        const json_t *word = json_object_get(item, "role");
        enum role role;

        if (!json_is_string(word)) {
            p->flags |= PERSON_UNUSABLE;
        } else if (role_of_word(span_of(json_string_value(word), json_string_length(word)),
                                &role)) {
            p->roles |= ROLE_BIT(role);
            e = add_person_org(b, person, role, json_object_get(item, "org"));
        }
    }
    return e;
}

/* OneRoster 1.1: one role word, held at every org of orgs[]. */
static enum err add_one_role(struct roster_builder *b, uint32_t person, const json_t *record)
{
    const json_t *word = json_object_get(record, "role");
    const json_t *orgs = json_object_get(record, "orgs");
    struct person *p = &b->roster->people[person];
    enum role role;
    enum err e = OK;

    if (!json_is_string(word) || json_object_get(record, "roles") != NULL ||
        (orgs != NULL && !json_is_null(orgs) && !json_is_array(orgs))) {
        p->flags |= PERSON_UNUSABLE;
        return OK;
    }
    if (!role_of_word(span_of(json_string_value(word), json_string_length(word)), &role)) {
        return OK;
    }
    p->roles |= ROLE_BIT(role);
    for (size_t i = 0; i < json_array_size(orgs) && e == OK; i++) {
        e = add_person_org(b, person, role, json_array_get(orgs, i));
    }
    return e;
}

/* Adds the words of a grades[] to the owner's edges. `*bad`: it could not be read whole. */
static enum err add_grades(struct roster_builder *b, struct edges *edges, uint32_t owner,
                           const json_t *grades, bool *bad)
{
    enum err e = OK;

    *bad = grades != NULL && !json_is_null(grades) && !json_is_array(grades);
    for (size_t i = 0; i < json_array_size(grades) && e == OK; i++) {
        struct span word;
        uint32_t number;

        if (!read_id(json_array_get(grades, i), &word)) {
            *bad = true;
            continue;
        }
        e = ids_add(&b->roster->grade_names, word, &number);
        e = e != OK ? e : edges_add(edges, owner, number);
    }
    return e;
}

static enum err add_person_grades(struct roster_builder *b, uint32_t person, const json_t *grades)
{
    struct person *p = &b->roster->people[person];
    bool bad;
    enum err e = add_grades(b, &b->person_grades, person, grades, &bad);

    p->flags |= json_array_size(grades) > 0 ? PERSON_GRADES : 0;
    p->flags |= bad ? PERSON_BAD_GRADES : 0;
    return e;
}

static enum err add_agents(struct roster_builder *b, uint32_t person, const json_t *agents)
{
    bool bad = agents != NULL && !json_is_null(agents) && !json_is_array(agents);
    enum err e = OK;

    for (size_t i = 0; i < json_array_size(agents) && e == OK; i++) {
        struct span id;
        uint32_t other;

        if (!builder_read_ref(json_array_get(agents, i), &id)) {
            bad = true;
            continue;
        }
        e = builder_person(b, id, &other);
        e = e != OK ? e : edges_add(&b->agents, person, other);
    }
    b->roster->people[person].flags |= bad ? PERSON_BAD_LINKS : 0;
    return e;
}

static enum err add_user(struct roster_builder *b, struct span id, const json_t *record)
{
    uint32_t person;
    enum err e = builder_person(b, id, &person);

    if (e != OK) {
        return e;
    }
    struct person *p = &b->roster->people[person];

    b->seen += (p->flags & PERSON_SEEN) == 0;
    p->flags |= PERSON_SEEN;
    p->flags |= builder_is_deleted(record) ? PERSON_UNUSABLE : 0;
    e = json_object_get(record, "role") != NULL
            ? add_one_role(b, person, record)
            : add_roles(b, person, json_object_get(record, "roles"));
    e = e != OK ? e : add_person_grades(b, person, json_object_get(record, "grades"));
    e = e != OK ? e : builder_add_labels(b, person, "users", record);
    return e != OK ? e : add_agents(b, person, json_object_get(record, "agents"));
}

/* --- places */

/* Seen a second time, a place must say the same, or it is unknown. */
static void settle(struct roster_builder *b, struct place *p, uint32_t org, uint8_t flags)
{
    bool again = (p->flags & PLACE_SEEN) != 0;

    if (again && (p->org != org || ((p->flags ^ flags) & PLACE_SCHOOL) != 0)) {
        flags |= PLACE_UNUSABLE;
    }
    b->seen += !again;
    p->org = org;
    p->flags |= (uint8_t)(PLACE_SEEN | flags);
}

static enum err add_place(struct roster_builder *b, enum place_kind kind, uint32_t number,
                          const json_t *ref)
{
    struct span id;
    uint32_t org = IDS_NONE;
    enum err e = builder_read_ref(ref, &id) ? builder_place(b, PLACE_ORG, id, &org) : OK;

    if (e == OK) {
        settle(b, &b->roster->places[kind].rows[number], org, 0);
    }
    return e;
}

static enum err add_org(struct roster_builder *b, struct span id, const json_t *record)
{
    const json_t *type = json_object_get(record, "type");
    bool school = json_is_string(type) && strcmp(json_string_value(type), "school") == 0;
    struct span above;
    uint32_t number, parent = IDS_NONE;
    enum err e = builder_place(b, PLACE_ORG, id, &number);

    if (e == OK && builder_read_ref(json_object_get(record, "parent"), &above)) {
        e = builder_place(b, PLACE_ORG, above, &parent);
    }
    if (e == OK) {
        settle(b, &b->roster->places[PLACE_ORG].rows[number], parent, school ? PLACE_SCHOOL : 0);
    }
    return e;
}

static enum err add_graded(struct roster_builder *b, enum place_kind kind, struct span id,
                           const json_t *record)
{
    const json_t *grades = json_object_get(record, "grades");
    uint32_t number;
    bool bad = false;
    enum err e = builder_place(b, kind, id, &number);

    e = e != OK ? e
                : add_place(b, kind, number,
                            json_object_get(record, kind == PLACE_CLASS ? "school" : "org"));
    e = e != OK ? e : add_grades(b, &b->place_grades[kind], number, grades, &bad);
    if (e == OK) {
        struct place *p = &b->roster->places[kind].rows[number];

        p->flags |= json_array_size(grades) > 0 ? PLACE_GRADES : 0;
        p->flags |= bad ? PLACE_UNUSABLE : 0;
    }
    return e;
}

static enum err add_class(struct roster_builder *b, struct span id, const json_t *record)
{
    uint32_t number;
    enum err e = add_graded(b, PLACE_CLASS, id, record);

    e = e != OK ? e : builder_place(b, PLACE_CLASS, id, &number);
    return e != OK ? e : builder_add_class_ties(b, number, record);
}

static enum err add_course(struct roster_builder *b, struct span id, const json_t *record)
{
    return add_graded(b, PLACE_COURSE, id, record);
}

static enum err add_session(struct roster_builder *b, struct span id, const json_t *record)
{
    struct span above;
    uint32_t number, parent = IDS_NONE;
    enum err e = builder_place(b, PLACE_SESSION, id, &number);

    if (e == OK && builder_read_ref(json_object_get(record, "parent"), &above)) {
        e = builder_place(b, PLACE_SESSION, above, &parent);
    }
    if (e == OK) {
        settle(b, &b->roster->places[PLACE_SESSION].rows[number], parent, 0);
    }
    return e;
}

/* --- documents */

static const struct collection {
    const char *name;
    enum err (*add)(struct roster_builder *b, struct span id, const json_t *record);
} collections[] = {
    {"orgs", add_org},
    {"academicSessions", add_session},
    {"users", add_user},
    {"classes", add_class},
    {"courses", add_course},
    {"demographics", builder_add_demographics},
    {"enrollments", builder_add_enrollment},
};

static const struct collection *find_collection(struct span name)
{
    for (size_t i = 0; i < sizeof(collections) / sizeof(collections[0]); i++) {
        if (span_eq_str(name, collections[i].name)) {
            return &collections[i];
        }
    }
    return NULL;
}

static enum err add_records(struct roster_builder *b, const struct collection *c,
                            const json_t *records)
{
    enum err e = OK;

    for (size_t i = 0; i < json_array_size(records) && e == OK; i++) {
        const json_t *record = json_array_get(records, i);
        struct span id;

        if (builder_read_ref(record, &id)) {
            e = c->add(b, id, record);
        } else {
            b->skipped++;
        }
    }
    return e;
}

/* The one array of the envelope, or NULL. */
static const json_t *open_envelope(const json_t *root, const struct resource *resource)
{
    const json_t *records =
        json_object_getn(root, (const char *)resource->collection.ptr, resource->collection.len);

    return json_object_size(root) == 1 && json_is_array(records) ? records : NULL;
}

enum err roster_builder_add(struct roster_builder *b, const struct resource *resource,
                            struct span document, size_t *rows)
{
    const struct collection *c = find_collection(resource->name);
    json_error_t why;
    enum err e = ERR_UP_ENVELOPE;

    if (c == NULL) {
        return ERR_INPUT;
    }
    if (document.len > ROSTER_MAX_DOCUMENT) {
        return ERR_TOO_BIG;
    }
    json_t *root = json_loadb((const char *)document.ptr, document.len,
                              JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why);

    if (root == NULL) {
        return json_error_code(&why) == json_error_out_of_memory ? ERR_MEMORY : ERR_UP_JSON;
    }
    const json_t *records = open_envelope(root, resource);

    if (records != NULL) {
        if (c->add == builder_add_enrollment) {
            builder_note_page(b, records);
        }
        e = add_records(b, c, records);
        *rows = e == OK ? json_array_size(records) : *rows;
    }
    json_decref(root);
    return e;
}
