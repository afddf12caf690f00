/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading `share:`. Who stands on the first level, what on the second:
 *
 *   students, guardians   categories of Exhibit B, each `as-signed` or a map of
 *                         elements and fields
 *   teachers, staff       words for staff data (Name, Email), each with a transform
 *                         or a map of fields
 *   records               resources about nobody, or a map of fields
 *
 * A name that grants nothing is an error: an officer who wrote it believes that
 * it does.
 */
#include "policy/share.h"

#include <stdarg.h>
#include <stdio.h>

#include "policy/nearest.h"
#include "policy/share_priv.h"

void sharing_complain(struct sharing *s, const struct node *at, const char *format, ...)
{
    char text[600];
    va_list args;

    s->failed = true;
    if (at == s->complained) {
        return;
    }
    s->complained = at;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    doc_error(s->file->doc, at, "%s", text);
}

static void complain_key(struct sharing *s, const struct node *m, const char *what,
                         const struct nearest *near)
{
    s->failed = true;
    doc_error_key(s->file->doc, m, "\"%s\" %s%s", shown_of(m->key).text, what,
                  nearest_hint(near).text);
}

struct cell *sharing_cells(const struct sharing *s, size_t resource, enum role role)
{
    return s->cells[resource * ROLE_COUNT + role];
}

/* --- naming fields ------------------------------------------------------------------ */

/* "classes.title": cuts off the resource's name; NULL when the first word is none. */
static const struct resource *qualifier(const struct sharing *s, struct span key, struct span *path)
{
    size_t dot = span_find(key, '.');

    if (dot == key.len) {
        return NULL;
    }
    const struct resource *r = catalog_find(s->catalog, span_sub(key, 0, dot));

    if (r != NULL) {
        *path = span_from(key, dot + 1);
    }
    return r;
}

/* Offers every name that would have granted something at this place. */
static void unknown_name(struct sharing *s, const struct pick *p, const struct node *m)
{
    struct nearest near;

    nearest_init(&near, m->key);
    for (size_t i = 0; i < catalog_resource_count(s->catalog); i++) {
        const struct resource *r = catalog_resource(s->catalog, i);
        bool concerned =
            (r->roles & ROLE_BIT(p->role)) != 0 && (p->resource == NULL || p->resource == r);

        for (size_t f = 0; concerned && f < r->field_count; f++) {
            const struct field_grant *g = &r->fields[f].grant[p->role];
            bool inside = p->category.len == 0 || span_eq(g->category, p->category);

            if (inside && (g->by == GRANT_ELEMENT || g->by == GRANT_NAME)) {
                nearest_try(&near, r->fields[f].path);
                nearest_try(&near, g->element);
            }
        }
    }
    complain_key(s, m, "grants nothing here: the catalog knows no such field or element", &near);
}

/* One field, by its path or qualified, inside what `within` picks. */
static void share_field(struct sharing *s, const struct pick *within, const struct node *m)
{
    struct spec spec;
    struct pick p = *within;
    const struct resource *r = qualifier(s, m->key, &p.path);

    if (r == NULL) {
        p.path = m->key;
    } else if (p.resource != NULL && p.resource != r) {
        unknown_name(s, within, m);
        return;
    } else {
        p.resource = r;
    }
    if (spec_read(s, m, &spec) && grant_picked(s, &p, &spec) == 0) {
        unknown_name(s, within, m);
    }
}

static void share_fields(struct sharing *s, const struct pick *within, const struct node *map)
{
    if (!doc_is_map(s->file->doc, map)) {
        s->failed = true;
        return;
    }
    for (const struct node *m = map->first; m != NULL; m = m->next) {
        share_field(s, within, m);
    }
}

/* A place that picks as a whole, or opens a map of fields. */
static void share_pick(struct sharing *s, const struct pick *p, const struct node *m)
{
    struct spec spec;

    if (spec_is_nested(m)) {
        share_fields(s, p, m);
    } else if (spec_read(s, m, &spec) && grant_picked(s, p, &spec) == 0) {
        struct nearest none;

        nearest_init(&none, m->key);
        complain_key(s, m, "grants nothing: the catalog maps no field of theirs to it", &none);
    }
}

/* --- students and guardians ------------------------------------------------------- */

static bool any_role_maps(const struct sharing *s, const struct element *e)
{
    for (size_t i = 0; i < catalog_resource_count(s->catalog); i++) {
        const struct resource *r = catalog_resource(s->catalog, i);

        for (size_t f = 0; f < r->field_count * ROLE_COUNT; f++) {
            enum role role = (enum role)(f % ROLE_COUNT);
            const struct element *of = element_of_grant(&r->fields[f / ROLE_COUNT].grant[role]);

            if (of != NULL && element_ceiling(of, role) == e) {
                return true;
            }
        }
    }
    return false;
}

/* Everything of a category that is ticked, as it is. */
static void share_signed(struct sharing *s, enum role role, const struct node *m)
{
    const struct spec spec = {.rule = {.transform = TRANSFORM_AS_IS}, .at = m};
    size_t picked = 0;

    for (size_t i = 0; i < s->file->tick_count; i++) {
        const struct element *e = s->file->ticks[i].element;
        const struct pick p = {.role = role, .category = e->category, .element = e};

        if (!span_eq(e->category, m->key)) {
            continue;
        }
        size_t n = grant_picked(s, &p, &spec);

        if (n == 0 && !any_role_maps(s, e)) {
            doc_warn(s->file->doc, m, "\"%s\" is signed, but the catalog has no field for it",
                     shown_of(e->brief).text);
        }
        picked += n;
    }
    if (picked == 0) {
        sharing_complain(s, m,
                         "as-signed grants nothing: exhibit-b ticks no box of %s that the "
                         "catalog knows for %s",
                         shown_of(m->key).text, role_word(role));
    }
}

static void share_members(struct sharing *s, enum role role, const struct node *map)
{
    for (const struct node *m = map->first; m != NULL; m = m->next) {
        struct pick p = {.role = role, .category = map->key};

        p.element = element_find(map->key, m->key);
        if (p.element != NULL) {
            share_pick(s, &p, m);
        } else {
            share_field(s, &p, m);
        }
    }
}

static void unknown_word(struct sharing *s, const struct node *m, bool staff)
{
    struct nearest near;

    nearest_init(&near, m->key);
    for (size_t i = 0; i < element_count(); i++) {
        const struct element *e = element_at(i);

        if (element_is_ndpa(e) != staff) {
            nearest_try(&near, staff ? e->element : e->category);
        }
    }
    complain_key(s, m, staff ? "is no word for staff data" : "is no category of Exhibit B", &near);
}

static void share_category(struct sharing *s, enum role role, const struct node *m)
{
    if (!category_is_known(m->key) || span_eq_str(m->key, "Staff")) {
        unknown_word(s, m, false);
    } else if (m->kind == NODE_SCALAR && span_eq_str(m->text, "as-signed")) {
        share_signed(s, role, m);
    } else if (spec_is_nested(m) && m->count > 0) {
        share_members(s, role, m);
    } else {
        sharing_complain(s, m,
                         "a category is shared `as-signed`, or by a map of its elements or "
                         "fields");
    }
}

/* --- roles ---------------------------------------------------------------------------- */

/* The resource with this name whose records are about nobody, or NULL with a message. */
static const struct resource *record_resource(struct sharing *s, const struct node *m)
{
    struct nearest near;

    nearest_init(&near, m->key);
    for (size_t i = 0; i < catalog_resource_count(s->catalog); i++) {
        const struct resource *r = catalog_resource(s->catalog, i);

        if ((r->roles & ROLE_BIT(ROLE_NONE)) == 0) {
            continue;
        }
        if (span_eq(r->name, m->key)) {
            s->opened[i] = m;
            return r;
        }
        nearest_try(&near, r->name);
    }
    complain_key(s, m, "is no kind of record that is about nobody", &near);
    return NULL;
}

static void share_record(struct sharing *s, const struct node *m)
{
    const struct pick p = {.role = ROLE_NONE, .resource = record_resource(s, m)};
    struct spec spec;

    if (p.resource == NULL) {
        return;
    }
    if (spec_is_nested(m)) {
        share_fields(s, &p, m);
        return;
    }
    if (!spec_read(s, m, &spec)) {
        return;
    }
    if (spec.rule.transform != TRANSFORM_AS_IS) {
        sharing_complain(s, m, "a resource is shared `as-is`, or by a map of its fields");
        return;
    }
    (void)grant_picked(s, &p, &spec);
}

static void share_staff(struct sharing *s, struct pick *p, const struct node *m)
{
    p->category = SPAN("Staff");
    p->element = element_find(p->category, m->key);
    if (p->element == NULL) {
        unknown_word(s, m, true);
        return;
    }
    share_pick(s, p, m);
}

static void share_person(struct sharing *s, enum role role, const struct node *m)
{
    struct pick p = {.role = role};

    if (qualifier(s, m->key, &p.path) != NULL) {
        p.path = (struct span){NULL, 0};
        share_field(s, &p, m);
    } else if (role == ROLE_TEACHER || role == ROLE_STAFF) {
        share_staff(s, &p, m);
    } else {
        share_category(s, role, m);
    }
}

/* The box of Exhibit B for the ids that sharing a role sends; NULL: there is none. */
static const struct element *id_box(const struct sharing *s, enum role role)
{
    if (role == ROLE_GUARDIAN) {
        return element_find(SPAN("Parent/Guardian ID"), SPAN("Parent ID number"));
    }
    if (role != ROLE_STUDENT) {
        return NULL;
    }
    return element_find(SPAN("Student Identifiers"),
                        s->file->ids == IDS_DISTRICT
                            ? SPAN("Local (School district) ID number")
                            : SPAN("Provider/App assigned student ID number"));
}

/* Sharing people sends their ids, so that Exhibit B must tick those first. */
static void check_ids(struct sharing *s, enum role role, const struct node *at)
{
    const struct element *e = id_box(s, role);

    s->role_line[role] = (struct line){.element = e};
    if (!agreement_ever_ticks(s->file, &s->role_line[role])) {
        s->failed = true;
        doc_error_key(s->file->doc, at, "sharing %s sends %s ids: exhibit-b must tick %s / %s",
                      role_word(role), s->file->ids == IDS_DISTRICT ? "their district" : "their",
                      shown_of(e->category).text, shown_of(e->element).text);
    }
}

static void share_role(struct sharing *s, enum role role, const struct node *map)
{
    check_ids(s, role, map);
    if (!doc_is_map(s->file->doc, map)) {
        s->failed = true;
        return;
    }
    for (const struct node *m = map->first; m != NULL; m = m->next) {
        if (role == ROLE_NONE) {
            share_record(s, m);
        } else {
            share_person(s, role, m);
        }
    }
}

static void share_any(struct sharing *s, const struct node *m)
{
    struct nearest near;

    nearest_init(&near, m->key);
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        if (span_eq_str(m->key, role_word((enum role)role))) {
            share_role(s, (enum role)role, m);
            return;
        }
        nearest_try(&near, span_str(role_word((enum role)role)));
    }
    complain_key(s, m, "is not one of: students guardians teachers staff records", &near);
}

static bool set_up(struct sharing *s)
{
    size_t count = catalog_resource_count(s->catalog);

    s->cells = arena_array(s->scratch, count * ROLE_COUNT, sizeof(*s->cells));
    s->opened = arena_array(s->scratch, count, sizeof(*s->opened));
    if (s->cells == NULL || s->opened == NULL) {
        return false;
    }
    for (size_t i = 0; i < count * ROLE_COUNT; i++) {
        const struct resource *r = catalog_resource(s->catalog, i / ROLE_COUNT);

        if ((r->roles & ROLE_BIT(i % ROLE_COUNT)) == 0) {
            continue;
        }
        s->cells[i] = arena_array(s->scratch, r->field_count, sizeof(**s->cells));
        if (s->cells[i] == NULL) {
            return false;
        }
    }
    return true;
}

bool share_read(const struct agreement_file *file, const struct catalog *catalog,
                struct arena *scratch, struct sharing *out)
{
    *out = (struct sharing){.file = file, .catalog = catalog, .scratch = scratch};
    if (!set_up(out)) {
        return false;
    }
    if (!doc_is_map(file->doc, file->share)) {
        return false;
    }
    for (const struct node *m = file->share->first; m != NULL; m = m->next) {
        share_any(out, m);
    }
    return !out->failed;
}
