/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From rows and edges to an immutable snapshot: which orgs are schools, which
 * schools lie below an org, who is a guardian's child, and all sets interned.
 */
#include "base/mem.h"
#include "roster/builder_priv.h"

#include <stdlib.h>

enum { MAX_DEPTH = 32 }; /* levels of orgs; a school deeper down is in nobody's scope above */

/* school -> itself; every org above it, schools aside -> it. */
static enum err org_edges(const struct place_table *orgs, struct edges *out)
{
    enum err e = OK;

    for (uint32_t i = 0; i < orgs->ids.count && e == OK; i++) {
        uint32_t above = i;

        if (!place_is_school(&orgs->rows[i])) {
            continue;
        }
        e = edges_add(out, i, i);
        for (int level = 0; level < MAX_DEPTH && e == OK; level++) {
            above = orgs->rows[above].org;
            if (above == IDS_NONE || above == i) {
                break;
            }
            e = place_is_school(&orgs->rows[above]) ? OK : edges_add(out, above, i);
        }
    }
    return e;
}

/* Owners of the one table of school sets: all orgs, then all roles of all people behind them. */
static enum err school_edges(const struct roster_builder *b, struct edges *out)
{
    const struct place_table *orgs = &b->roster->places[PLACE_ORG];
    enum err e = org_edges(orgs, out);

    for (size_t i = 0; i < b->person_orgs.count && e == OK; i++) {
        const struct edge *edge = &b->person_orgs.items[i];

        if (place_is_school(&orgs->rows[edge->to])) {
            e = edges_add(out, orgs->ids.count + edge->from, edge->to);
        }
    }
    return e;
}

static void spread_schools(struct roster *r, const uint32_t *of)
{
    struct place_table *orgs = &r->places[PLACE_ORG];

    for (uint32_t i = 0; i < orgs->ids.count; i++) {
        orgs->rows[i].schools = of[i];
    }
    for (uint32_t i = 0; i < r->people_ids.count; i++) {
        struct person *p = &r->people[i];

        for (uint32_t role = 0; role < PERSON_ROLES; role++) {
            bool named = (p->named & ROLE_BIT(role)) != 0;

            p->schools[role] = named ? of[orgs->ids.count + i * PERSON_ROLES + role] : SET_UNKNOWN;
        }
    }
    for (size_t kind = PLACE_CLASS; kind < PLACE_GRADED_END; kind++) {
        struct place_table *t = &r->places[kind];

        for (uint32_t i = 0; i < t->ids.count; i++) {
            uint32_t org = t->rows[i].org;
            bool known = org != IDS_NONE && place_is_known(&orgs->rows[org]) &&
                         (kind == PLACE_COURSE || place_is_school(&orgs->rows[org]));

            t->rows[i].schools = known ? orgs->rows[org].schools : SET_UNKNOWN;
        }
    }
}

static enum err make_schools(struct roster_builder *b)
{
    struct roster *r = b->roster;
    struct edges edges = {0};
    uint32_t owners = r->places[PLACE_ORG].ids.count + r->people_ids.count * PERSON_ROLES;
    uint32_t *of = mem_alloc_array(owners, sizeof(*of));
    enum err e = of == NULL ? ERR_MEMORY : school_edges(b, &edges);

    e = e != OK ? e : sets_build(&edges, &r->places[PLACE_ORG].ids, owners, of, &r->schools);
    if (e == OK) {
        spread_schools(r, of);
    }
    edges_fini(&edges);
    edges_fini(&b->person_orgs);
    mem_free(of);
    return e;
}

static enum err make_person_grades(struct roster_builder *b)
{
    struct roster *r = b->roster;
    uint32_t owners = r->people_ids.count;
    uint32_t *of = mem_alloc_array(owners, sizeof(*of));
    enum err e =
        of == NULL ? ERR_MEMORY
                   : sets_build(&b->person_grades, &r->grade_names, owners, of, &r->person_grades);

    for (uint32_t i = 0; i < owners && e == OK; i++) {
        uint8_t flags = r->people[i].flags & (PERSON_GRADES | PERSON_BAD_GRADES);

        r->people[i].grades = flags == PERSON_GRADES ? of[i] : SET_UNKNOWN;
    }
    edges_fini(&b->person_grades);
    mem_free(of);
    return e;
}

/* Classes and courses share one table of sets; courses are numbered behind the classes. */
static enum err place_grade_edges(const struct roster_builder *b, struct edges *out)
{
    enum err e = OK;

    for (size_t kind = PLACE_CLASS; kind < PLACE_GRADED_END; kind++) {
        const struct edges *from = &b->place_grades[kind];
        uint32_t base = kind == PLACE_CLASS ? 0 : b->roster->places[PLACE_CLASS].ids.count;

        for (size_t i = 0; i < from->count && e == OK; i++) {
            e = edges_add(out, base + from->items[i].from, from->items[i].to);
        }
    }
    return e;
}

static void spread_place_grades(struct roster *r, const uint32_t *of)
{
    struct place_table *orgs = &r->places[PLACE_ORG];
    uint32_t at = 0;

    for (uint32_t i = 0; i < orgs->ids.count; i++) {
        orgs->rows[i].grades = SET_UNKNOWN;
    }
    for (size_t kind = PLACE_CLASS; kind < PLACE_GRADED_END; kind++) {
        for (uint32_t i = 0; i < r->places[kind].ids.count; i++, at++) {
            struct place *p = &r->places[kind].rows[i];

            p->grades = (p->flags & PLACE_GRADES) != 0 ? of[at] : SET_UNKNOWN;
        }
    }
}

static enum err make_place_grades(struct roster_builder *b)
{
    struct roster *r = b->roster;
    struct edges edges = {0};
    uint32_t owners = r->places[PLACE_CLASS].ids.count + r->places[PLACE_COURSE].ids.count;
    uint32_t *of = mem_alloc_array(owners, sizeof(*of));
    enum err e = of == NULL ? ERR_MEMORY : place_grade_edges(b, &edges);

    e = e != OK ? e : sets_build(&edges, &r->grade_names, owners, of, &r->place_grades);
    if (e == OK) {
        spread_place_grades(r, of);
    }
    edges_fini(&edges);
    mem_free(of);
    return e;
}

/*
 * A link seen from either end. From an adult: to a student, or to an id that is
 * nobody's (the adult is then withheld: every child must be a known student).
 * From a student, a deleted one too: to an adult.
 */
static enum err add_link(const struct roster *r, const struct edge *agent, struct edges *out)
{
    const struct person *from = &r->people[agent->from];
    const struct person *to = &r->people[agent->to];
    bool pupil = (from->roles & ROLE_BIT(ROLE_STUDENT)) != 0;

    if (pupil) {
        return person_is_student(to) ? OK : edges_add(out, agent->to, agent->from);
    }
    return person_is_student(to) || !person_is_known(to) ? edges_add(out, agent->from, agent->to)
                                                         : OK;
}

static enum err make_children(struct roster_builder *b)
{
    struct roster *r = b->roster;
    struct edges edges = {0};
    uint32_t owners = r->people_ids.count;
    uint32_t *of = mem_alloc_array(owners, sizeof(*of));
    enum err e = of == NULL ? ERR_MEMORY : OK;

    for (size_t i = 0; i < b->agents.count && e == OK; i++) {
        e = add_link(r, &b->agents.items[i], &edges);
    }
    edges_fini(&b->agents);
    e = e != OK ? e : sets_build(&edges, &r->people_ids, owners, of, &r->children);
    for (uint32_t i = 0; i < owners && e == OK; i++) {
        bool bad = (r->people[i].flags & PERSON_BAD_LINKS) != 0;

        r->people[i].children = bad ? SET_UNKNOWN : of[i];
    }
    edges_fini(&edges);
    mem_free(of);
    return e;
}

static int by_id(const void *left, const void *right, void *ctx)
{
    const struct ids *ids = ctx;

    return span_cmp(ids_get(ids, *(const uint32_t *)left), ids_get(ids, *(const uint32_t *)right));
}

static enum err sort_students(struct roster *r)
{
    size_t n = 0;

    for (uint32_t i = 0; i < r->people_ids.count; i++) {
        n += person_is_student(&r->people[i]);
        r->counts.people += person_is_known(&r->people[i]);
    }
    r->students = mem_alloc_array(n, sizeof(*r->students));
    if (r->students == NULL) {
        return ERR_MEMORY;
    }
    for (uint32_t i = 0; i < r->people_ids.count; i++) {
        if (person_is_student(&r->people[i])) {
            r->students[r->counts.students++] = i;
        }
    }
    qsort_r(r->students, n, sizeof(*r->students), by_id, &r->people_ids);
    return OK;
}

static size_t count_places(const struct place_table *t)
{
    size_t n = 0;

    for (uint32_t i = 0; i < t->ids.count; i++) {
        n += place_is_known(&t->rows[i]);
    }
    return n;
}

static void count_all(struct roster_builder *b, int64_t now_ms)
{
    struct roster *r = b->roster;
    struct roster_counts *c = &r->counts;

    c->orgs = count_places(&r->places[PLACE_ORG]);
    c->classes = count_places(&r->places[PLACE_CLASS]);
    c->courses = count_places(&r->places[PLACE_COURSE]);
    c->skipped = b->skipped;
    c->built_ms = now_ms;
    c->bytes = sizeof(*r) + ids_bytes(&r->people_ids) + ids_bytes(&r->grade_names) +
               r->people_cap * sizeof(*r->people) + c->students * sizeof(*r->students) +
               sets_bytes(&r->schools) + sets_bytes(&r->person_grades) +
               sets_bytes(&r->place_grades) + sets_bytes(&r->children) + build_ties_bytes(r);
    for (size_t i = 0; i < PLACE_KIND_COUNT; i++) {
        c->bytes += ids_bytes(&r->places[i].ids) + r->places[i].cap * sizeof(struct place);
    }
}

/* Strings stop moving here: sets point into them. */
static void shrink(struct roster *r)
{
    struct person *people = r->people_ids.count == 0
                                ? NULL
                                : mem_resize(r->people, r->people_ids.count * sizeof(*people));

    if (people != NULL) {
        r->people = people;
        r->people_cap = r->people_ids.count;
    }
    ids_shrink(&r->people_ids);
    ids_shrink(&r->grade_names);
    ids_shrink(&r->words);
    for (size_t i = 0; i < PLACE_KIND_COUNT; i++) {
        ids_shrink(&r->places[i].ids);
    }
}

static bool has_school(const struct place_table *orgs)
{
    for (uint32_t i = 0; i < orgs->ids.count; i++) {
        if (place_is_school(&orgs->rows[i])) {
            return true;
        }
    }
    return false;
}

enum err roster_build(struct roster_builder *b, int64_t now_ms, struct roster **out)
{
    enum err e = has_school(&b->roster->places[PLACE_ORG]) ? OK : ERR_INPUT;

    if (e == OK) {
        shrink(b->roster);
        e = make_schools(b);
    }
    e = e != OK ? e : make_person_grades(b);
    e = e != OK ? e : make_place_grades(b);
    e = e != OK ? e : make_children(b);
    e = e != OK ? e : build_ties(b);
    e = e != OK ? e : sort_students(b->roster);
    if (e != OK) {
        return e;
    }
    count_all(b, now_ms);
    atomic_init(&b->roster->refs, 1);
    *out = b->roster;
    b->roster = NULL;
    return OK;
}
