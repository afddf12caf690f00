/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sets that only some districts need: classes, courses and terms of people
 * and places, statuses and programs, birth dates. Each kind of set has one table;
 * its owners are all people, then all classes, courses and sessions.
 */
#include "base/mem.h"
#include "roster/builder_priv.h"

enum { MAX_DEPTH = 32 }; /* levels of sessions */

/* What the tables are made from. */
struct making {
    struct roster_builder *b;
    struct roster *r;
    uint32_t base[PLACE_KIND_COUNT]; /* where each kind's owners begin */
    uint32_t owners;
    struct edges edges[TIE_COUNT]; /* owner -> class, course, session */
    uint32_t *of;                  /* owner -> set */
    size_t *starts;                /* class -> where its terms begin in b->class_terms */
    uint32_t *stamps;              /* session -> the owner that was given it last, + 1 */
};

static bool knows(const struct making *m, enum place_kind kind, uint32_t number)
{
    return number != IDS_NONE && place_is_known(&m->r->places[kind].rows[number]);
}

static uint32_t course_of(const struct making *m, uint32_t class)
{
    return m->r->places[PLACE_CLASS].rows[class].course;
}

/* starts[class] to starts[class + 1] are the class's terms. */
static void index_terms(struct making *m)
{
    struct edges *terms = &m->b->class_terms;
    size_t at = 0;

    edges_sort(terms);
    for (uint32_t c = 0; c <= m->r->places[PLACE_CLASS].ids.count; c++) {
        while (at < terms->count && terms->items[at].from < c) {
            at++;
        }
        m->starts[c] = at;
    }
}

static enum err making_init(struct making *m, struct roster_builder *b)
{
    struct roster *r = b->roster;

    *m = (struct making){.b = b, .r = r, .owners = r->people_ids.count};
    for (size_t kind = PLACE_CLASS; kind < PLACE_KIND_COUNT; kind++) {
        m->base[kind] = m->owners;
        m->owners += r->places[kind].ids.count;
    }
    m->of = mem_alloc_array(m->owners, sizeof(*m->of));
    m->starts = mem_alloc_array((size_t)r->places[PLACE_CLASS].ids.count + 1, sizeof(*m->starts));
    m->stamps = mem_alloc_array(r->places[PLACE_SESSION].ids.count, sizeof(*m->stamps));
    if (m->of == NULL || m->starts == NULL || m->stamps == NULL) {
        return ERR_MEMORY;
    }
    index_terms(m);
    return OK;
}

static void making_fini(struct making *m)
{
    for (size_t tie = 0; tie < TIE_COUNT; tie++) {
        edges_fini(&m->edges[tie]);
    }
    mem_free(m->of);
    mem_free(m->starts);
    mem_free(m->stamps);
}

/* `owner` has `session` and all above it; those that it was given just before are left out. */
static enum err add_upwards(struct making *m, uint32_t owner, uint32_t session)
{
    enum err e = OK;

    for (int level = 0; level < MAX_DEPTH && e == OK && knows(m, PLACE_SESSION, session); level++) {
        if (m->stamps[session] != owner + 1) {
            m->stamps[session] = owner + 1;
            e = edges_add(&m->edges[TIE_TERMS], owner, session);
        }
        session = m->r->places[PLACE_SESSION].rows[session].org;
    }
    return e;
}

static enum err add_terms_of(struct making *m, uint32_t owner, uint32_t class)
{
    enum err e = OK;

    for (size_t i = m->starts[class]; i < m->starts[class + 1] && e == OK; i++) {
        e = add_upwards(m, owner, m->b->class_terms.items[i].to);
    }
    return e;
}

/* `owner` is a person in the class, or the class itself. */
static enum err add_course_and_terms(struct making *m, uint32_t owner, uint32_t class)
{
    uint32_t course = course_of(m, class);
    enum err e =
        knows(m, PLACE_COURSE, course) ? edges_add(&m->edges[TIE_COURSES], owner, course) : OK;

    return e != OK ? e : add_terms_of(m, owner, class);
}

/* As a student's if the roster takes the person for one, else as an adult's. */
static enum err add_people(struct making *m, struct edges *from, bool pupils)
{
    enum err e = OK;

    edges_sort(from); /* person by person, as the stamps want it */
    for (size_t i = 0; i < from->count && e == OK; i++) {
        const struct edge *edge = &from->items[i];
        const struct person *p = &m->r->people[edge->from];

        if (person_is_known(p) && person_is_student(p) == pupils &&
            knows(m, PLACE_CLASS, edge->to)) {
            e = edges_add(&m->edges[TIE_CLASSES], edge->from, edge->to);
            e = e != OK ? e : add_course_and_terms(m, edge->from, edge->to);
        }
    }
    edges_fini(from);
    return e;
}

static enum err add_classes(struct making *m)
{
    enum err e = OK;

    for (uint32_t i = 0; i < m->r->places[PLACE_CLASS].ids.count && e == OK; i++) {
        uint32_t course = course_of(m, i);

        if (!knows(m, PLACE_CLASS, i)) {
            continue;
        }
        e = add_course_and_terms(m, m->base[PLACE_CLASS] + i, i);
        if (e == OK && knows(m, PLACE_COURSE, course)) {
            e = edges_add(&m->edges[TIE_CLASSES], m->base[PLACE_COURSE] + course, i);
            e = e != OK ? e : add_terms_of(m, m->base[PLACE_COURSE] + course, i);
        }
    }
    return e;
}

/* A session: itself, all above, and by each of those it too: all below. */
static enum err add_sessions(struct making *m)
{
    const struct place *rows = m->r->places[PLACE_SESSION].rows;
    enum err e = OK;

    for (uint32_t i = 0; i < m->r->places[PLACE_SESSION].ids.count && e == OK; i++) {
        uint32_t above = i;

        for (int n = 0; n < MAX_DEPTH && e == OK && knows(m, PLACE_SESSION, above); n++) {
            e = edges_add(&m->edges[TIE_TERMS], m->base[PLACE_SESSION] + i, above);
            e = e != OK ? e : edges_add(&m->edges[TIE_TERMS], m->base[PLACE_SESSION] + above, i);
            above = rows[above].org;
        }
    }
    return e;
}

static enum err collect(struct making *m)
{
    enum err e = add_people(m, &m->b->pupils, true);

    e = e != OK ? e : add_people(m, &m->b->adults, false);
    e = e != OK ? e : add_classes(m);
    return e != OK ? e : add_sessions(m);
}

static void spread(struct making *m, enum tie tie)
{
    static const bool has[PLACE_KIND_COUNT][TIE_COUNT] = {
        [PLACE_CLASS] = {[TIE_COURSES] = true, [TIE_TERMS] = true},
        [PLACE_COURSE] = {[TIE_CLASSES] = true, [TIE_TERMS] = true},
        [PLACE_SESSION] = {[TIE_TERMS] = true},
    };

    for (uint32_t i = 0; i < m->r->people_ids.count; i++) {
        m->r->ties[i].sets[tie] = m->of[i];
    }
    for (size_t kind = PLACE_CLASS; kind < PLACE_KIND_COUNT; kind++) {
        for (uint32_t i = 0; i < m->r->places[kind].ids.count && has[kind][tie]; i++) {
            m->r->places[kind].rows[i].ties[tie] = m->of[m->base[kind] + i];
        }
    }
}

static enum err make_tables(struct making *m)
{
    static const enum place_kind members[TIE_COUNT] = {PLACE_CLASS, PLACE_COURSE, PLACE_SESSION};
    enum err e = OK;

    for (size_t tie = 0; tie < TIE_COUNT && e == OK; tie++) {
        e = sets_build(&m->edges[tie], &m->r->places[members[tie]].ids, m->owners, m->of,
                       &m->r->tied[tie]);
        edges_fini(&m->edges[tie]);
        if (e == OK) {
            spread(m, (enum tie)tie);
        }
    }
    return e;
}

static enum err make_enrollments(struct roster_builder *b)
{
    struct making m;
    enum err e = making_init(&m, b);

    e = e != OK ? e : collect(&m);
    e = e != OK ? e : make_tables(&m);
    making_fini(&m);
    edges_fini(&b->class_terms);
    return e;
}

/* --- statuses and programs */

static void spread_labels(struct roster *r, const uint32_t *of)
{
    bool wanted[2] = {false, false};

    for (uint32_t i = 0; i < r->locals.count; i++) {
        wanted[ids_get(&r->locals, i).ptr[0] == 'p' ? 1 : 0] = true;
    }
    for (uint32_t i = 0; i < r->people_ids.count; i++) {
        r->ties[i].statuses = wanted[0] ? of[i * 2] : SET_UNKNOWN;
        r->ties[i].programs = wanted[1] ? of[i * 2 + 1] : SET_UNKNOWN;
    }
}

static enum err make_labels(struct roster_builder *b)
{
    struct roster *r = b->roster;
    uint32_t owners = r->people_ids.count * 2;
    uint32_t *of = mem_alloc_array(owners, sizeof(*of));
    enum err e = of == NULL ? ERR_MEMORY : OK;

    e = e != OK ? e : sets_build(&b->labels, &r->words, owners, of, &r->labels);
    if (e == OK) {
        spread_labels(r, of);
    }
    edges_fini(&b->labels);
    mem_free(of);
    return e;
}

/* --- birth dates: two that differ are none */

static void spread_births(struct roster_builder *b)
{
    struct roster *r = b->roster;

    edges_sort(&b->births);
    for (size_t i = 0; i < b->births.count; i++) {
        const struct edge *edge = &b->births.items[i];
        bool bad = (r->people[edge->from].flags & PERSON_BAD_BIRTH) != 0;
        bool other = (i > 0 && edge[-1].from == edge->from) ||
                     (i + 1 < b->births.count && edge[1].from == edge->from);

        r->ties[edge->from].birth = bad || other ? 0 : (int32_t)edge->to;
    }
    edges_fini(&b->births);
}

/* --- all of it */

static enum err make_room(struct roster *r)
{
    r->ties = mem_alloc_array(r->people_ids.count, sizeof(*r->ties));
    if (r->ties == NULL) {
        return ERR_MEMORY;
    }
    for (uint32_t i = 0; i < r->people_ids.count; i++) {
        r->ties[i] = (struct person_ties){.sets = {SET_UNKNOWN, SET_UNKNOWN, SET_UNKNOWN},
                                          .statuses = SET_UNKNOWN,
                                          .programs = SET_UNKNOWN};
    }
    return OK;
}

/* What no other step fills in. */
static void forget_places(struct roster *r)
{
    for (size_t kind = 0; kind < PLACE_KIND_COUNT; kind++) {
        for (uint32_t i = 0; i < r->places[kind].ids.count; i++) {
            struct place *p = &r->places[kind].rows[i];

            for (size_t tie = 0; tie < TIE_COUNT; tie++) {
                p->ties[tie] = SET_UNKNOWN;
            }
            p->schools = kind == PLACE_SESSION ? SET_UNKNOWN : p->schools;
            p->grades = kind == PLACE_SESSION ? SET_UNKNOWN : p->grades;
        }
    }
}

enum err build_ties(struct roster_builder *b)
{
    struct roster *r = b->roster;
    bool any = r->has_enrollments || r->has_birth || r->locals.count > 0;
    enum err e = any ? make_room(r) : OK;

    forget_places(r);
    if (e == OK && r->has_enrollments) {
        e = make_enrollments(b);
    }
    if (e == OK && r->locals.count > 0) {
        e = make_labels(b);
    }
    if (e == OK && r->has_birth) {
        spread_births(b);
    }
    return e;
}

size_t build_ties_bytes(const struct roster *r)
{
    size_t bytes = ids_bytes(&r->words) + ids_bytes(&r->locals) + sets_bytes(&r->labels);

    bytes += r->ties == NULL ? 0 : r->people_ids.count * sizeof(*r->ties);
    for (size_t tie = 0; tie < TIE_COUNT; tie++) {
        bytes += sets_bytes(&r->tied[tie]);
    }
    return bytes;
}
