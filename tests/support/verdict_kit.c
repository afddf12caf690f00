/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/verdict_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

enum {
    S = ROLE_BIT(ROLE_STUDENT),
    G = ROLE_BIT(ROLE_GUARDIAN),
    T = ROLE_BIT(ROLE_TEACHER),
    F = ROLE_BIT(ROLE_STAFF),
};

/* Sets are words; NULL is unknown, "" known and empty. */
static const struct {
    const char *id;
    role_mask roles;
    bool stopped;
    const char *schools, *grades, *children;
} people[] = {
    {"s-in", S, false, "school-07", "07", NULL},
    {"s-two", S, false, "school-06 school-07", "06 07", NULL},
    {"s-school", S, false, "school-06", "07", NULL},
    {"s-grade", S, false, "school-07", "09", NULL},
    {"s-noschool", S, false, NULL, "07", NULL},
    {"s-empty", S, false, "", "07", NULL},
    {"s-nograde", S, false, "school-07", NULL, NULL},
    {"s-stopped", S, true, "school-07", "07", NULL},
    {"st-in", S | T, false, "school-07", "07", NULL},
    {"st-out", S | T, false, "school-07", "12", NULL},
    {"g-one", G, false, "school-06", NULL, "s-in"},
    {"g-two", G, false, NULL, NULL, "s-in s-two"},
    {"g-out", G, false, "school-07", NULL, "s-in s-school"},
    {"g-stopped", G, false, NULL, NULL, "s-in s-stopped"},
    {"g-none", G, false, "school-07", NULL, ""},
    {"g-unknown", G, false, "school-07", NULL, NULL},
    {"g-ghost", G, false, "school-07", NULL, "s-in ghost"},
    {"g-adult", G, false, "school-07", NULL, "t-in"},
    {"t-in", T, false, "school-07", NULL, NULL},
    {"t-two", T, false, "school-06 school-07", NULL, NULL},
    {"t-out", T, false, "school-06", NULL, NULL},
    {"t-unknown", T, false, NULL, NULL, NULL},
    {"t-stopped", T, true, "school-07", NULL, NULL},
    {"tg-both", T | G, false, "school-07", NULL, "s-in"},
    {"tg-teacher", T | G, false, "school-07", NULL, "s-school"},
    {"tg-guardian", T | G, false, "school-06", NULL, "s-in"},
    {"tf-both", T | F, false, "school-07", NULL, NULL},
    {"f-in", F, false, "school-07", NULL, NULL},
    {"f-district", F, false, "district", NULL, NULL},
    {"idle", 0, false, "school-07", NULL, NULL},
};

static const struct {
    enum ref_type type;
    const char *id, *schools, *grades;
} places[] = {
    {REF_ORG, "school-07", "school-07", NULL},
    {REF_ORG, "school-06", "school-06", NULL},
    {REF_ORG, "district", "school-06 school-07", NULL},
    {REF_ORG, "department", "", NULL},
    {REF_ORG, "vague", NULL, NULL},
    {REF_CLASS, "c-in", "school-07", "07"},
    {REF_CLASS, "c-mixed", "school-07", "07 09"},
    {REF_CLASS, "c-any", "school-07", NULL},
    {REF_CLASS, "c-grade", "school-07", "09"},
    {REF_CLASS, "c-out", "school-06", "07"},
    {REF_CLASS, "c-vague", NULL, "07"},
    {REF_COURSE, "k-in", "school-07", "07"},
    {REF_COURSE, "k-district", "school-06 school-07", NULL},
    {REF_COURSE, "k-grade", "school-06 school-07", "09"},
    {REF_COURSE, "k-out", "school-06", NULL},
    {REF_COURSE, "k-noorg", NULL, NULL},
};

/* What people and places say of classes, courses and terms, as far as any does. */
static const struct {
    const char *id;
    const char *classes, *courses, *terms, *statuses, *programs;
    int32_t birth;
} placed[] = {
    {"s-in", "c-in", "k-in", "q1 fall year", "enrolled", "lunch", 20130315},
    {"s-two", "c-in c-any", "k-in k-district", "q1 fall spring year", "enrolled", "", 0},
    {"st-in", "c-any", "k-district", "spring year", "withdrawn", "lunch chess", 20071104},
    {"t-in", "c-in", "k-in", "q1 fall year", NULL, NULL, 0},
    {"t-two", "c-any", "k-district", "spring year", NULL, NULL, 0},
    {"tg-both", "", "", "", NULL, NULL, 0},
};

static const struct {
    enum ref_type type;
    const char *id, *classes, *courses, *terms;
} linked[] = {
    {REF_CLASS, "c-in", NULL, "k-in", "q1 fall year"},
    {REF_CLASS, "c-any", NULL, "k-district", "spring year"},
    {REF_CLASS, "c-mixed", NULL, NULL, NULL},
    {REF_COURSE, "k-in", "c-in c-mixed", NULL, "q1 fall year"},
    {REF_COURSE, "k-district", "c-any", NULL, "spring year"},
    {REF_ACADEMIC_SESSION, "q1", NULL, NULL, "q1 fall year"},
    {REF_ACADEMIC_SESSION, "fall", NULL, NULL, "q1 fall year"},
    {REF_ACADEMIC_SESSION, "spring", NULL, NULL, "spring year"},
    {REF_ACADEMIC_SESSION, "year", NULL, NULL, "q1 fall spring year"},
    {REF_ACADEMIC_SESSION, "mute", NULL, NULL, NULL},
};

static const char head[] =
    "partner: acme\n"
    "products: [Test]\n"
    "contract:\n"
    "  form: ndpa-1.0\n"
    "  ends: 2026-06-30\n"
    "  documents:\n"
    "    - { is: original, signed: 2024-06-15, from: 2024-07-01, file: a.pdf, sha256: "
    "3f5d6a2be0e8c1ed4f9a7b6c5d8e0f1a2b3c4d5e6f708192a3b4c5d6e7f80912 }\n"
    "basis: school-official\n"
    "because: { institutional-service: a, direct-control: b, use-and-redisclosure: c }\n"
    "legitimate-interest: Tests\n"
    "purposes: [instruction]\n"
    "destroy-within: 60 days after request\n"
    "exhibit-b:\n"
    "  Student Name: [First and/or Last]\n"
    "  Enrollment: [Student school enrollment, Student grade level]\n"
    "  Schedule: [Student scheduled courses, Teacher names]\n"
    "  Demographics: [Date of Birth]\n"
    "  Student Identifiers: [Local ID number]\n"
    "  Student Contact Information: [Email]\n"
    "  Parent/Guardian ID: [Parent ID number]\n"
    "  Parent/Guardian Name: [First and/or Last]\n"
    "ids: district-ids\n";

static const struct {
    const char *name, *rest;
} agreements[] = {
    {"narrow", "share:\n"
               "  students:\n"
               "    Student Name: { givenName: as-is, familyName: initial }\n"
               "    Enrollment: as-signed\n"
               "    Schedule: as-signed\n"
               "    Demographics: as-signed\n"
               "    Parent/Guardian ID: as-signed\n"
               "  guardians:\n"
               "    Parent/Guardian Name: { givenName: as-is, familyName: initial }\n"
               "    Parent/Guardian ID: { agents: as-is }\n"
               "  teachers: { Name: as-is, Email: as-is, Classes: as-is }\n"
               "  records:\n"
               "    orgs: as-is\n"
               "    courses: { title: as-is, courseCode: as-is, grades: as-is, org: as-is }\n"
               "    classes: { title: as-is, grades: as-is }\n"
               "    academicSessions: as-is\n"
               "where: { schools: [riverside], grades: [\"07\"] }\n"},
    {"wide", "share:\n"
             "  students: { Student Name: { givenName: as-is } }\n"
             "  records: { orgs: as-is, courses: as-is, classes: as-is, terms: as-is }\n"},
    {"staff", "share:\n"
              "  teachers: { Name: as-is, Phone: as-is }\n"
              "  staff: { Name: { givenName: as-is, familyName: initial } }\n"
              "where: { schools: [riverside] }\n"},
};

/* --- the roster ---------------------------------------------------------------- */

struct fact_set verdict_kit_set(struct verdict_kit *k, const char *words)
{
    struct fact_set set = {.known = words == NULL ? TRI_UNKNOWN : TRI_YES};
    struct span rest = span_str(words);
    struct span *items = arena_array(&k->arena, rest.len + 1, sizeof(*items));
    assert_non_null(items);
    while (rest.len > 0) {
        items[set.count++] = span_cut(&rest, ' ');
    }
    set.items = items;
    return set;
}

/* The same schools in each role that the person holds. */
static void put_schools(struct verdict_kit *k, role_mask roles, const char *schools,
                        struct person_facts *out)
{
    for (int role = 0; role < ROLE_COUNT; role++) {
        if ((roles & ROLE_BIT(role)) != 0) {
            out->schools[role] = verdict_kit_set(k, schools);
        }
    }
}

static void put_placed(struct verdict_kit *k, struct span id, struct person_facts *out)
{
    for (size_t i = 0; i < sizeof(placed) / sizeof(placed[0]); i++) {
        if (span_eq_str(id, placed[i].id)) {
            out->classes = verdict_kit_set(k, placed[i].classes);
            out->courses = verdict_kit_set(k, placed[i].courses);
            out->terms = verdict_kit_set(k, placed[i].terms);
            out->statuses = verdict_kit_set(k, placed[i].statuses);
            out->programs = verdict_kit_set(k, placed[i].programs);
            out->birth = placed[i].birth;
            return;
        }
    }
    out->classes = out->courses = out->terms = verdict_kit_set(k, NULL);
    out->statuses = out->programs = verdict_kit_set(k, NULL);
}

static void put_linked(struct verdict_kit *k, enum ref_type type, struct span id,
                       struct place_facts *out)
{
    out->classes = out->courses = out->terms = verdict_kit_set(k, NULL);
    for (size_t i = 0; i < sizeof(linked) / sizeof(linked[0]); i++) {
        if (linked[i].type == type && span_eq_str(id, linked[i].id)) {
            out->known = true;
            out->classes = verdict_kit_set(k, linked[i].classes);
            out->courses = verdict_kit_set(k, linked[i].courses);
            out->terms = verdict_kit_set(k, linked[i].terms);
        }
    }
}

static void find_person(const void *ctx, struct span id, struct person_facts *out)
{
    struct verdict_kit *k = *(struct verdict_kit *const *)ctx;
    *out = (struct person_facts){0};
    for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
        if (span_eq_str(id, people[i].id)) {
            out->known = true;
            out->roles = people[i].roles;
            out->stopped = people[i].stopped;
            put_schools(k, people[i].roles, people[i].schools, out);
            out->grades = verdict_kit_set(k, people[i].grades);
            out->children = verdict_kit_set(k, people[i].children);
            put_placed(k, id, out);
        }
    }
}

static void find_place(const void *ctx, enum ref_type type, struct span id, struct place_facts *out)
{
    struct verdict_kit *k = *(struct verdict_kit *const *)ctx;
    *out = (struct place_facts){0};
    put_linked(k, type, id, out);
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (places[i].type == type && span_eq_str(id, places[i].id)) {
            out->known = true;
            out->schools = verdict_kit_set(k, places[i].schools);
            out->grades = verdict_kit_set(k, places[i].grades);
        }
    }
}

/* --- own facts ----------------------------------------------------------------- */

struct element_set verdict_kit_elements(const char *lines)
{
    struct element_set set = {{0}};
    struct span rest = span_str(lines);
    while (rest.len > 0) {
        struct span line = span_cut(&rest, ';');
        line = line.len > 0 && line.ptr[0] == ' ' ? span_from(line, 1) : line;
        const struct element *e = element_parse(line);
        if (e == NULL) {
            fail_msg("no element \"%.*s\"", (int)line.len, (const char *)line.ptr);
        }
        element_set_add(&set, element_number(e));
    }
    return set;
}

static void find_own(const void *ctx, struct span student, const struct own_question *q,
                     struct own_facts *out)
{
    struct verdict_kit *k = *(struct verdict_kit *const *)ctx;
    *out = (struct own_facts){0};
    k->asked = *q;
    for (size_t i = 0; i < k->own_count; i++) {
        const struct kit_own *o = &k->own_rows[i];
        if (span_eq_str(student, o->student)) {
            *out = (struct own_facts){
                .withheld = o->withheld,
                .named = o->named,
                .consented = o->consented,
                .refused_all = o->refused_all,
                .restricted = verdict_kit_elements(o->restricted),
                .refused = verdict_kit_elements(o->refused),
                .consents = verdict_kit_elements(o->consents),
            };
        }
    }
}

void verdict_kit_own(struct verdict_kit *k, const struct kit_own *rows, size_t n)
{
    k->own_rows = rows;
    k->own_count = n;
    k->own_view.complete = true;
    k->own = &k->own_view;
}

struct agreement *verdict_kit_bend(struct verdict_kit *k, const char *agreement)
{
    const struct agreement *a = policy_find_agreement(k->policy.policy, span_str(agreement));
    assert_non_null(a);
    return (struct agreement *)(uintptr_t)a; /* it lies in the policy's arena */
}

void verdict_kit_decide(struct verdict_kit *k, const struct plan *plan, const char *id,
                        role_mask roles, struct row_verdict *out)
{
    const struct record_facts facts = {
        .id = plan->resource->ref == REF_ENROLLMENT ? SPAN("row") : span_str(id),
        .subjects = verdict_kit_set(k, id),
        .schools = {.known = TRI_UNKNOWN},
        .grades = {.known = TRI_UNKNOWN},
        .roles = roles,
    };
    verdict_row(plan, &facts, out);
}

/* --- the kit ------------------------------------------------------------------- */

static void add_agreement(struct verdict_kit *k, const char *name, const char *rest)
{
    char file[64], text[4096];
    (void)snprintf(file, sizeof(file), "agreements/%s.yaml", name);
    (void)snprintf(text, sizeof(text), "agreement: %s\n%s%s", name, head, rest);
    policy_kit_set(&k->policy, file, text);
}

void verdict_kit_open(struct verdict_kit *k)
{
    static struct verdict_kit *current;
    *k = (struct verdict_kit){.date = 20260115};
    arena_init(&k->arena, 64U << 20);
    policy_kit_open(&k->policy);
    for (size_t i = 0; i < sizeof(agreements) / sizeof(agreements[0]); i++) {
        add_agreement(k, agreements[i].name, agreements[i].rest);
    }
    if (policy_kit_load(&k->policy) != OK) {
        policy_kit_print(&k->policy);
        fail_msg("the policy does not load");
    }
    current = k;
    k->roster = (struct roster_view){&current, find_person, find_place};
    k->own_view = (struct own_view){.ctx = &current, .facts = find_own};
    k->own = &own_view_none;
}

void verdict_kit_close(struct verdict_kit *k)
{
    policy_kit_close(&k->policy);
    arena_fini(&k->arena);
}

static size_t read_params(struct span rest, struct param *out, size_t cap)
{
    size_t n = 0;
    while (rest.len > 0 && n < cap) {
        struct span pair = span_cut(&rest, '&');
        out[n].name = span_cut(&pair, '=');
        out[n++].value = pair;
    }
    return n;
}

enum err verdict_kit_ask(struct verdict_kit *k, const char *agreement, const char *path,
                         const char *query, struct plan *plan)
{
    struct span rest = span_str(path), segments[4];
    size_t n = 0;
    struct route route;
    struct param params[8];
    k->why = (struct refusal){0};
    while (rest.len > 0) {
        segments[n++] = span_cut(&rest, '/');
    }
    assert_true(catalog_route(policy_catalog(k->policy.policy), segments, n, &route));
    struct params given = {params, read_params(span_str(query), params, 8)};
    enum err e = query_parse(&route, &given, &k->arena, &k->query, &k->why);
    if (e != OK) {
        return e;
    }
    const struct request_facts facts = {
        .policy = k->policy.policy,
        .agreement = policy_find_agreement(k->policy.policy, span_str(agreement)),
        .roster = &k->roster,
        .own = k->own,
        .purpose = k->purpose,
        .route = &route,
        .query = &k->query,
        .local_date = k->date,
    };
    assert_non_null(facts.agreement);
    return verdict_request(&facts, plan, &k->why);
}

struct plan verdict_kit_plan(struct verdict_kit *k, const char *agreement, const char *path,
                             const char *query)
{
    struct plan plan = {0};
    enum err e = verdict_kit_ask(k, agreement, path, query, &plan);
    if (e != OK) {
        fail_msg("%s as %s: %s", path, agreement, err_code(e));
    }
    return plan;
}

const char *verdict_kit_paths(const struct resource *r, const struct fieldset *set)
{
    static char text[4096];
    size_t n = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < r->field_count; i++) {
        if (fieldset_has(set, i)) {
            n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%.*s", n > 0 ? " " : "",
                                  (int)r->fields[i].path.len, (const char *)r->fields[i].path.ptr);
        }
    }
    return text;
}
