/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Suites of policy tests, read with the same strict reader as policies: a key
 * that is misspelled is an error and not a case that tests nothing.
 */
#include "cli/suite.h"

#include "policy/directory.h"
#include "policy/district.h"
#include "policy/vocabulary.h"

#define AT(type, member) offsetof(struct type, member)

/* --- sets -------------------------------------------------------------------------- */

static struct fact_set set_of(struct texts texts)
{
    /* What a suite does not say of a person is not known. */
    return (struct fact_set){texts.items == NULL ? TRI_UNKNOWN : TRI_YES, texts.items, texts.count};
}

/* By alias or id, or NULL. */
static const struct school *find_school(const struct policy *p, struct span word)
{
    size_t count;
    const struct school *schools = policy_schools(p, &count);

    for (size_t i = 0; i < count; i++) {
        if (span_eq(schools[i].alias, word) || span_eq(schools[i].id, word)) {
            return &schools[i];
        }
    }
    return NULL;
}

/* Schools by alias or id. */
static bool read_schools(const struct suite *s, const struct node *at, struct texts words,
                         struct fact_set *out)
{
    struct span *ids = arena_array(s->doc->arena, words.count + 1, sizeof(*ids));
    bool good = ids != NULL;

    *out = set_of(words);
    for (size_t i = 0; good && i < words.count; i++) {
        const struct school *school = find_school(s->policy, words.items[i]);

        if (school == NULL) {
            doc_error(s->doc, at, "district.yaml has no school \"%.*s\"", (int)words.items[i].len,
                      (const char *)words.items[i].ptr);
            return false;
        }
        ids[i] = school->id;
    }
    out->items = ids;
    return good;
}

/* --- students' own facts ------------------------------------------------------------- */

struct raw_own {
    bool withheld;
    bool named;
    struct texts restricted;
    struct texts consents;
    struct texts opted_out;
};

static bool add_elements(const struct suite *s, const struct node *at, struct texts lines,
                         struct element_set *out)
{
    for (size_t i = 0; i < lines.count; i++) {
        const struct element *e = element_parse(lines.items[i]);

        if (e == NULL) {
            doc_error(s->doc, at, "\"%.*s\" is no line of Exhibit B (Category / Element)",
                      (int)lines.items[i].len, (const char *)lines.items[i].ptr);
            return false;
        }
        element_set_add(out, element_number(e));
    }
    return true;
}

static bool add_types(const struct suite *s, const struct node *at, struct texts words,
                      struct own_facts *out)
{
    for (size_t i = 0; i < words.count; i++) {
        enum directory_type type;

        if (span_eq_str(words.items[i], "all")) {
            out->refused_all = true;
        } else if (directory_of_word(words.items[i], &type)) {
            struct element_set elements = directory_elements(type);

            element_set_join(&out->refused, &elements);
        } else {
            doc_error(s->doc, at, "\"%.*s\" is no type of directory information",
                      (int)words.items[i].len, (const char *)words.items[i].ptr);
            return false;
        }
    }
    return true;
}

static bool read_own(const struct suite *s, const struct node *n, struct own_facts *out)
{
    static const struct doc_rule rules[] = {
        {"withheld", doc_read_yes, AT(raw_own, withheld), false},
        {"named", doc_read_yes, AT(raw_own, named), false},
        {"restricted", doc_read_texts, AT(raw_own, restricted), false},
        {"consents", doc_read_texts, AT(raw_own, consents), false},
        {"opted-out", doc_read_texts, AT(raw_own, opted_out), false},
    };
    struct raw_own raw = {.withheld = false};

    if (n == NULL) {
        return true;
    }
    bool good = doc_fill(s->doc, n, rules, sizeof(rules) / sizeof(rules[0]), &raw);

    *out = (struct own_facts){.withheld = raw.withheld, .named = raw.named};
    out->consented = raw.consents.count > 0;
    return add_elements(s, n, raw.restricted, &out->restricted) &&
           add_elements(s, n, raw.consents, &out->consents) &&
           add_types(s, n, raw.opted_out, out) && good;
}

/* --- people ---------------------------------------------------------------------------- */

struct raw_person {
    struct texts roles, schools, grades, children, classes, courses, terms, statuses, programs;
    int32_t birth;
    bool stopped;
    const struct node *facts;
};

static bool read_roles(const struct suite *s, const struct node *at, struct texts words,
                       role_mask *out)
{
    for (size_t i = 0; i < words.count; i++) {
        enum role role;

        if (!role_of_word(words.items[i], &role)) {
            doc_error(s->doc, at, "\"%.*s\" is no role of OneRoster", (int)words.items[i].len,
                      (const char *)words.items[i].ptr);
            return false;
        }
        *out |= ROLE_BIT(role);
    }
    return true;
}

static bool read_person(const struct suite *s, const struct node *n, struct suite_person *out)
{
    static const struct doc_rule rules[] = {
        {"roles", doc_read_texts, AT(raw_person, roles), true},
        {"schools", doc_read_texts, AT(raw_person, schools), false},
        {"grades", doc_read_texts, AT(raw_person, grades), false},
        {"children", doc_read_texts, AT(raw_person, children), false},
        {"classes", doc_read_texts, AT(raw_person, classes), false},
        {"courses", doc_read_texts, AT(raw_person, courses), false},
        {"terms", doc_read_texts, AT(raw_person, terms), false},
        {"statuses", doc_read_texts, AT(raw_person, statuses), false},
        {"programs", doc_read_texts, AT(raw_person, programs), false},
        {"birth", doc_read_date, AT(raw_person, birth), false},
        {"stopped", doc_read_yes, AT(raw_person, stopped), false},
        {"facts", doc_read_node, AT(raw_person, facts), false},
    };
    struct raw_person raw = {.birth = 0};
    bool good = doc_fill(s->doc, n, rules, sizeof(rules) / sizeof(rules[0]), &raw);

    *out = (struct suite_person){
        .id = n->key,
        .stopped = raw.stopped,
        .grades = set_of(raw.grades),
        .children = set_of(raw.children),
        .classes = set_of(raw.classes),
        .courses = set_of(raw.courses),
        .terms = set_of(raw.terms),
        .statuses = set_of(raw.statuses),
        .programs = set_of(raw.programs),
        .birth = raw.birth,
    };
    return read_roles(s, n, raw.roles, &out->roles) &&
           read_schools(s, n, raw.schools, &out->schools) && read_own(s, raw.facts, &out->own) &&
           good;
}

static bool read_people(struct suite *s, const struct node *map)
{
    bool good = map == NULL || doc_is_map(s->doc, map);

    if (map == NULL || !good) {
        return good;
    }
    s->people = arena_array(s->doc->arena, map->count, sizeof(*s->people));
    for (const struct node *n = map->first; s->people != NULL && n != NULL; n = n->next) {
        good = read_person(s, n, &s->people[s->person_count++]) && good;
    }
    return good && s->people != NULL;
}

/* --- places ----------------------------------------------------------------------------- */

struct raw_place {
    struct span is;
    struct texts schools, grades, classes, courses, terms;
};

static bool read_place(const struct suite *s, const struct node *n, struct suite_place *out)
{
    static const struct doc_rule rules[] = {
        {"is", doc_read_text, AT(raw_place, is), true},
        {"schools", doc_read_texts, AT(raw_place, schools), false},
        {"grades", doc_read_texts, AT(raw_place, grades), false},
        {"classes", doc_read_texts, AT(raw_place, classes), false},
        {"courses", doc_read_texts, AT(raw_place, courses), false},
        {"terms", doc_read_texts, AT(raw_place, terms), false},
    };
    struct raw_place raw = {.is = {NULL, 0}};
    bool good = doc_fill(s->doc, n, rules, sizeof(rules) / sizeof(rules[0]), &raw);

    *out = (struct suite_place){
        .id = n->key,
        .grades = set_of(raw.grades),
        .classes = set_of(raw.classes),
        .courses = set_of(raw.courses),
        .terms = set_of(raw.terms),
    };
    if (good && !ref_of_word(raw.is, &out->type)) {
        doc_error(s->doc, n, "\"%.*s\" is no kind of place: org, class, course, academicSession",
                  (int)raw.is.len, (const char *)raw.is.ptr);
        return false;
    }
    return read_schools(s, n, raw.schools, &out->schools) && good;
}

static bool read_places(struct suite *s, const struct node *map)
{
    bool good = map == NULL || doc_is_map(s->doc, map);

    if (map == NULL || !good) {
        return good;
    }
    s->places = arena_array(s->doc->arena, map->count, sizeof(*s->places));
    for (const struct node *n = map->first; s->places != NULL && n != NULL; n = n->next) {
        good = read_place(s, n, &s->places[s->place_count++]) && good;
    }
    return good && s->places != NULL;
}

/* --- cases ------------------------------------------------------------------------------- */

static bool check_case(const struct suite *s, const struct suite_case *c)
{
    struct span agreement = c->agreement.len > 0 ? c->agreement : s->agreement;

    if (policy_find_agreement(s->policy, agreement) == NULL) {
        doc_error(s->doc, c->at, "there is no agreement \"%.*s\"", (int)agreement.len,
                  (const char *)agreement.ptr);
        return false;
    }
    if (c->client.len > 0 && policy_find_client(s->policy, c->client) == NULL) {
        doc_error(s->doc, c->at, "there is no client \"%.*s\"", (int)c->client.len,
                  (const char *)c->client.ptr);
        return false;
    }
    if (c->record != NULL && c->records != NULL) {
        doc_error(s->doc, c->at, "a case has `record` or `records`, not both");
        return false;
    }
    return true;
}

static bool read_case(const struct suite *s, const struct node *n, struct suite_case *out)
{
    static const struct doc_rule rules[] = {
        {"case", doc_read_text, AT(suite_case, name), true},
        {"agreement", doc_read_id, AT(suite_case, agreement), false},
        {"client", doc_read_id, AT(suite_case, client), false},
        {"request", doc_read_text, AT(suite_case, request), true},
        {"on", doc_read_date, AT(suite_case, on), false},
        {"record", doc_read_node, AT(suite_case, record), false},
        {"records", doc_read_node, AT(suite_case, records), false},
        {"denied", doc_read_text, AT(suite_case, denied), false},
        {"released", doc_read_node, AT(suite_case, released), false},
        {"withheld", doc_read_node, AT(suite_case, withheld), false},
    };

    *out = (struct suite_case){.at = n};
    return doc_fill(s->doc, n, rules, sizeof(rules) / sizeof(rules[0]), out) && check_case(s, out);
}

static bool read_cases(struct suite *s, const struct node *list)
{
    bool good = doc_is_list(s->doc, list);

    if (!good) {
        return false;
    }
    s->cases = arena_array(s->doc->arena, list->count, sizeof(*s->cases));
    for (const struct node *n = list->first; s->cases != NULL && n != NULL; n = n->next) {
        good = read_case(s, n, &s->cases[s->case_count++]) && good;
    }
    return good && s->cases != NULL;
}

/* --- the whole ---------------------------------------------------------------------------- */

struct raw_suite {
    struct span name;
    struct span agreement;
    int32_t on;
    const struct node *people;
    const struct node *places;
    const struct node *cases;
};

bool suite_read(const struct doc *d, const struct policy *p, struct suite *out)
{
    static const struct doc_rule rules[] = {
        {"suite", doc_read_text, AT(raw_suite, name), true},
        {"agreement", doc_read_id, AT(raw_suite, agreement), false},
        {"on", doc_read_date, AT(raw_suite, on), false},
        {"people", doc_read_node, AT(raw_suite, people), false},
        {"places", doc_read_node, AT(raw_suite, places), false},
        {"cases", doc_read_node, AT(raw_suite, cases), true},
    };
    struct raw_suite raw = {.on = 0};

    if (!doc_fill(d, d->root, rules, sizeof(rules) / sizeof(rules[0]), &raw)) {
        return false;
    }
    *out = (struct suite){
        .doc = d, .policy = p, .name = raw.name, .agreement = raw.agreement, .on = raw.on};
    bool good = read_people(out, raw.people);

    good = read_places(out, raw.places) && good;
    return read_cases(out, raw.cases) && good;
}

/* --- as decisions see it -------------------------------------------------------------------- */

static const struct suite_person *find_person(const struct suite *s, struct span id)
{
    for (size_t i = 0; i < s->person_count; i++) {
        if (span_eq(s->people[i].id, id)) {
            return &s->people[i];
        }
    }
    return NULL;
}

static void person(const void *ctx, struct span id, struct person_facts *out)
{
    const struct suite_person *p = find_person(ctx, id);

    *out = (struct person_facts){.known = p != NULL};
    if (p == NULL) {
        return;
    }
    *out = (struct person_facts){
        .known = true,
        .stopped = p->stopped,
        .roles = p->roles,
        .grades = p->grades,
        .children = p->children,
        .classes = p->classes,
        .courses = p->courses,
        .terms = p->terms,
        .statuses = p->statuses,
        .programs = p->programs,
        .birth = p->birth,
    };
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        bool held = (p->roles & ROLE_BIT(role)) != 0;

        out->schools[role] = held ? p->schools : (struct fact_set){.known = TRI_UNKNOWN};
    }
}

/* Every school of district.yaml is a known place by itself. */
static void place(const void *ctx, enum ref_type type, struct span id, struct place_facts *out)
{
    const struct suite *s = ctx;

    *out = (struct place_facts){.known = false};
    for (size_t i = 0; i < s->place_count; i++) {
        const struct suite_place *p = &s->places[i];

        if (p->type == type && span_eq(p->id, id)) {
            *out = (struct place_facts){.known = true,
                                        .schools = p->schools,
                                        .grades = p->grades,
                                        .classes = p->classes,
                                        .courses = p->courses,
                                        .terms = p->terms};
            return;
        }
    }
    const struct school *school = type == REF_ORG ? find_school(s->policy, id) : NULL;

    if (school != NULL && span_eq(school->id, id)) {
        *out = (struct place_facts){.known = true, .schools = {TRI_YES, &school->id, 1}};
    }
}

static void own(const void *ctx, struct span student, const struct own_question *q,
                struct own_facts *out)
{
    const struct suite_person *p = find_person(ctx, student);

    (void)q;
    *out = p != NULL ? p->own : (struct own_facts){.withheld = true};
}

struct roster_view suite_roster(const struct suite *s)
{
    return (struct roster_view){s, person, place};
}

struct own_view suite_own(const struct suite *s)
{
    return (struct own_view){
        .ctx = s, .complete = true, .empty = !policy_has_student_files(s->policy), .facts = own};
}
