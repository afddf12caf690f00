/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The snapshot: reference count and lookups. Nothing here writes to a snapshot
 * but the count, so any thread may look up without a lock.
 */
#include "roster/roster.h"

#include "base/mem.h"
#include "roster/roster_priv.h"

void roster_destroy(struct roster *r)
{
    if (r == NULL) {
        return;
    }
    ids_fini(&r->people_ids);
    mem_free(r->people);
    for (size_t i = 0; i < PLACE_KIND_COUNT; i++) {
        ids_fini(&r->places[i].ids);
        mem_free(r->places[i].rows);
    }
    ids_fini(&r->grade_names);
    ids_fini(&r->words);
    ids_fini(&r->locals);
    mem_free(r->ties);
    for (size_t i = 0; i < TIE_COUNT; i++) {
        sets_fini(&r->tied[i]);
    }
    sets_fini(&r->labels);
    sets_fini(&r->schools);
    sets_fini(&r->person_grades);
    sets_fini(&r->place_grades);
    sets_fini(&r->children);
    mem_free(r->students);
    mem_free(r);
}

struct roster *roster_ref(struct roster *r)
{
    atomic_fetch_add_explicit(&r->refs, 1, memory_order_relaxed);
    return r;
}

void roster_unref(struct roster **r)
{
    struct roster *gone = *r;

    *r = NULL;
    if (gone != NULL && atomic_fetch_sub_explicit(&gone->refs, 1, memory_order_acq_rel) == 1) {
        roster_destroy(gone);
    }
}

void roster_read_counts(const struct roster *r, struct roster_counts *out)
{
    *out = r->counts;
}

static void show_set(const struct sets *sets, uint32_t set, struct fact_set *out)
{
    if (set == SET_UNKNOWN) {
        *out = (struct fact_set){.known = TRI_UNKNOWN};
        return;
    }
    out->known = TRI_YES;
    out->items = sets_items(sets, set, &out->count);
}

static bool holds_local(const struct roster *r, const struct roster_local *local)
{
    for (uint32_t i = 0; i < r->locals.count; i++) {
        struct span name = ids_get(&r->locals, i);

        struct span path = span_from(name, 1);
        struct span resource = span_cut(&path, '.');

        if ((name.ptr[0] == 'p') == local->program && span_eq(resource, local->resource) &&
            span_eq(path, local->path)) {
            return true;
        }
    }
    return false;
}

bool roster_holds(const struct roster *r, const struct roster_needs *needs)
{
    bool all = (!needs->enrollments || r->has_enrollments) && (!needs->birth || r->has_birth);

    for (size_t i = 0; i < needs->local_count && all; i++) {
        all = holds_local(r, &needs->locals[i]);
    }
    return all;
}

static void show_ties(const struct roster *r, const struct person_ties *ties,
                      struct person_facts *out)
{
    show_set(&r->tied[TIE_CLASSES], ties->sets[TIE_CLASSES], &out->classes);
    show_set(&r->tied[TIE_COURSES], ties->sets[TIE_COURSES], &out->courses);
    show_set(&r->tied[TIE_TERMS], ties->sets[TIE_TERMS], &out->terms);
    show_set(&r->labels, ties->statuses, &out->statuses);
    show_set(&r->labels, ties->programs, &out->programs);
    out->birth = ties->birth;
}

void roster_lookup_person(const struct roster *r, struct span id, struct person_facts *out)
{
    uint32_t number = ids_find(&r->people_ids, id);

    *out = (struct person_facts){0};
    if (number == IDS_NONE || !person_is_known(&r->people[number])) {
        return;
    }
    const struct person *p = &r->people[number];

    out->known = true;
    out->roles = p->roles;
    for (unsigned role = 0; role < PERSON_ROLES; role++) {
        show_set(&r->schools, p->schools[role], &out->schools[role]);
    }
    show_set(&r->person_grades, p->grades, &out->grades);
    show_set(&r->children, p->children, &out->children);
    if (r->ties != NULL) {
        show_ties(r, &r->ties[number], out);
    }
}

static const struct place_table *table_of(const struct roster *r, enum ref_type type)
{
    switch (type) {
    case REF_ORG:
        return &r->places[PLACE_ORG];
    case REF_CLASS:
        return &r->places[PLACE_CLASS];
    case REF_COURSE:
        return &r->places[PLACE_COURSE];
    case REF_ACADEMIC_SESSION:
        return &r->places[PLACE_SESSION];
    default:
        return NULL;
    }
}

void roster_lookup_place(const struct roster *r, enum ref_type type, struct span id,
                         struct place_facts *out)
{
    const struct place_table *table = table_of(r, type);
    uint32_t number = table == NULL ? IDS_NONE : ids_find(&table->ids, id);

    *out = (struct place_facts){0};
    if (number == IDS_NONE || !place_is_known(&table->rows[number])) {
        return;
    }
    const struct place *p = &table->rows[number];

    out->known = true;
    show_set(&r->schools, p->schools, &out->schools);
    show_set(&r->place_grades, p->grades, &out->grades);
    show_set(&r->tied[TIE_CLASSES], p->ties[TIE_CLASSES], &out->classes);
    show_set(&r->tied[TIE_COURSES], p->ties[TIE_COURSES], &out->courses);
    show_set(&r->tied[TIE_TERMS], p->ties[TIE_TERMS], &out->terms);
}

struct span roster_student(const struct roster *r, size_t i)
{
    return ids_get(&r->people_ids, r->students[i]);
}

static void view_person(const void *ctx, struct span id, struct person_facts *out)
{
    const struct roster_lens *lens = ctx;

    roster_lookup_person(lens->roster, id, out);
    out->stopped = out->known && lens->student != NULL && lens->student(lens->ctx, id);
}

static void view_place(const void *ctx, enum ref_type type, struct span id, struct place_facts *out)
{
    const struct roster_lens *lens = ctx;

    roster_lookup_place(lens->roster, type, id, out);
}

void roster_view_init(struct roster_view *view, const struct roster_lens *lens)
{
    *view = (struct roster_view){.ctx = lens, .person = view_person, .place = view_place};
}
