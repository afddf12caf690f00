/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A district small enough to work out by hand, its snapshot, and what the
 * builder makes of records that cannot be read.
 */
#include "roster/builder.h"

#include "base/buf.h"
#include "base/mem.h"

#include <jansson.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define COLLECTION(key, ref_kind)                                                                  \
    {                                                                                              \
        .name = SPAN_(key), .collection = SPAN_(key), .ref = (ref_kind)                            \
    }
#define SPAN_(literal)                                                                             \
    {                                                                                              \
        (const uint8_t *)(literal), sizeof(literal) - 1                                            \
    }

static const struct resource orgs = COLLECTION("orgs", REF_ORG);
static const struct resource users = COLLECTION("users", REF_USER);
static const struct resource classes = COLLECTION("classes", REF_CLASS);
static const struct resource courses = COLLECTION("courses", REF_COURSE);
static const struct resource terms = COLLECTION("terms", REF_ACADEMIC_SESSION);

#define REF(id)        "{\"href\":\"x\",\"sourcedId\":\"" id "\",\"type\":\"t\"}"
#define ROLE(word, at) "{\"roleType\":\"primary\",\"role\":\"" word "\",\"org\":" REF(at) "}"
#define HEAD(id)       "{\"sourcedId\":\"" id "\",\"status\":\"active\","

/* state > district > {north > {oak, elm}, south > {}}; ash has no parent. */
static const char org_page
    [] = "{\"orgs\":[" HEAD("oak") "\"type\":\"school\",\"parent\":" REF("north") "}," HEAD("north") "\"type\":\"local\",\"parent\":" REF("district") "}," HEAD("state") "\"type\":\"state\"}," HEAD(
        "district") "\"type\":\"district\",\"parent\":" REF("state") "}," HEAD("south") "\"type\":"
                                                                                        "\"local\","
                                                                                        "\"parent\""
                                                                                        ":" REF("di"
                                                                                                "st"
                                                                                                "ri"
                                                                                                "c"
                                                                                                "t") "}," HEAD("elm") "\"type\":\"school\",\"parent\":" REF("north") "}," HEAD("ash") "\"type\":\"school\",\"parent\":null}]}";

static const char
    user_page
        [] =
            "{\"users\":[" HEAD("s1") "\"roles\":[" ROLE(
                "student",
                "oak") "],\"grades\":[\"07\"],\"agents\":[" REF("g1") "," REF("g2") "]}," HEAD("s2") "\"roles\":[" ROLE("student",
                                                                                                                        "oak") "," ROLE("student", "elm") "],\"grades\":[\"06\",\"07\"],\"agents\":[]}," HEAD("s3") "\"roles\":[" ROLE("student", "elm") "]}," HEAD("g1") "\"roles\":[" ROLE("parent", "district") "],\"agents\":[" REF("s2") "," REF("t1") "]}," HEAD("g2") "\"roles\":[" ROLE("guardian",
                                                                                                                                                                                                                                                                                                                                                                                                "oak") "," ROLE("teacher", "ash") "]}," HEAD("g3") "\"roles\":[" ROLE("relative",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                      "oak") "],\"agents\":[" REF("nobody") "]}," HEAD("t1") "\"roles\":[" ROLE("teacher", "oak") "," ROLE("ext:coach",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                           "elm") "],\"primaryOrg\":" REF("ash") "}," HEAD("a1") "\"roles\":[" ROLE("principal",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                    "district") "]}," HEAD("n1") "\"roles\":[{\"role\":\"aide\"}]},"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 "{\"sourcedId\":\"gone\",\"status\":\"tobedeleted\",\"roles\":[" ROLE(
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                     "student",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                     "oak") "],\"agents\":[" REF("g2") "]}]}";

static const char class_page
    [] = "{\"classes\":[" HEAD("c1") "\"school\":" REF("oak") ",\"grades\":[\"07\"]}," HEAD("c2") "\"school\":" REF("elm") ",\"grades\":[]}," HEAD(
        "c3") "\"school\":" REF("district") "}," HEAD("c4") "\"school\":" REF("nowhere") ",\"grades"
                                                                                         "\":null}"
                                                                                         "," HEAD("c5") "\"school\":" REF("oak") ",\"grades\":\"07\"}]}";

static const char course_page[] =
    "{\"courses\":[" HEAD("k1") "\"org\":" REF("district") ",\"grades\":[\"06\",\"07\"]}," HEAD(
        "k2") "\"org\":" REF("elm") "}," HEAD("k3") "\"title\":\"no org\"}]}";

static enum err feed(struct roster_builder *b, const struct resource *r, const char *text)
{
    size_t rows = 0;

    return roster_builder_add(b, r, span_str(text), &rows);
}

/* Users first, so that everything is pointed at before it is seen. */
static enum err load(struct roster **out)
{
    struct roster_builder *b = NULL;
    enum err e = roster_builder_new(&b);

    e = e != OK ? e : feed(b, &users, user_page);
    e = e != OK ? e : feed(b, &classes, class_page);
    e = e != OK ? e : feed(b, &courses, course_page);
    e = e != OK ? e : feed(b, &orgs, org_page);
    e = e != OK ? e : roster_build(b, 1234, out);
    roster_builder_free(&b);
    return e;
}

/* "oak elm" in any order, "?" for unknown. */
static void expect_set(const struct fact_set *set, const char *words)
{
    struct span rest = span_str(words);
    size_t n = 0;

    if (words[0] == '?') {
        assert_int_not_equal(set->known, TRI_YES);
        assert_int_equal(set->count, 0);
        return;
    }
    assert_int_equal(set->known, TRI_YES);
    while (rest.len > 0) {
        struct span word = span_cut(&rest, ' ');
        bool found = false;

        for (size_t i = 0; i < set->count; i++) {
            found = found || span_eq(set->items[i], word);
        }
        assert_true(found);
        n++;
    }
    assert_int_equal(set->count, n);
}

static const struct person_case {
    const char *id;
    unsigned roles;
    const char *schools, *grades, *children;
} people[] = {
    {"s1", ROLE_BIT(ROLE_STUDENT), "oak", "07", ""},
    {"s2", ROLE_BIT(ROLE_STUDENT), "oak elm", "06 07", ""},
    {"s3", ROLE_BIT(ROLE_STUDENT), "elm", "?", ""},
    {"g1", ROLE_BIT(ROLE_GUARDIAN), "", "?", "s1 s2"},
    {"g2", ROLE_BIT(ROLE_GUARDIAN) | ROLE_BIT(ROLE_TEACHER), "oak ash", "?", "s1 gone"},
    {"g3", ROLE_BIT(ROLE_GUARDIAN), "oak", "?", "nobody"},
    {"t1", ROLE_BIT(ROLE_TEACHER), "oak elm ash", "?", ""},
    {"a1", ROLE_BIT(ROLE_STAFF), "", "?", ""},
    {"n1", ROLE_BIT(ROLE_STAFF), "?", "?", ""},
};

static void knows_every_person_as_worked_out_by_hand(void **state)
{
    for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
        struct person_facts p;

        roster_lookup_person(*state, span_str(people[i].id), &p);
        assert_true(p.known);
        assert_false(p.stopped);
        assert_int_equal(p.roles, people[i].roles);
        expect_set(&p.schools, people[i].schools);
        expect_set(&p.grades, people[i].grades);
        expect_set(&p.children, people[i].children);
    }
}

static void knows_nothing_of_the_deleted_and_the_merely_named(void **state)
{
    static const char *const ids[] = {"gone", "nobody", "", "s", "s11", "oak"};

    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        struct person_facts p;
        static const struct person_facts zero;

        memset(&p, 0xAA, sizeof(p));
        roster_lookup_person(*state, span_str(ids[i]), &p);
        assert_false(p.known);
        assert_int_equal(p.roles, zero.roles);
        assert_int_equal(p.schools.count + p.grades.count + p.children.count, 0);
        assert_int_not_equal(p.schools.known, TRI_YES);
    }
}

static const struct place_case {
    enum ref_type type;
    const char *id;
    bool known;
    const char *schools, *grades;
} places[] = {
    {REF_ORG, "oak", true, "oak", "?"},       {REF_ORG, "ash", true, "ash", "?"},
    {REF_ORG, "north", true, "oak elm", "?"}, {REF_ORG, "district", true, "oak elm", "?"},
    {REF_ORG, "state", true, "oak elm", "?"}, {REF_ORG, "south", true, "", "?"},
    {REF_ORG, "nowhere", false, "?", "?"},    {REF_ORG, "c1", false, "?", "?"},
    {REF_CLASS, "c1", true, "oak", "07"},     {REF_CLASS, "c2", true, "elm", "?"},
    {REF_CLASS, "c3", true, "?", "?"},        {REF_CLASS, "c4", true, "?", "?"},
    {REF_CLASS, "c5", false, "?", "?"},       {REF_COURSE, "k1", true, "oak elm", "06 07"},
    {REF_COURSE, "k2", true, "elm", "?"},     {REF_COURSE, "k3", true, "?", "?"},
    {REF_USER, "s1", false, "?", "?"},        {REF_NONE, "oak", false, "?", "?"},
};

static void knows_every_place_as_worked_out_by_hand(void **state)
{
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        struct place_facts p;

        roster_lookup_place(*state, places[i].type, span_str(places[i].id), &p);
        assert_int_equal(p.known, places[i].known);
        expect_set(&p.schools, places[i].schools);
        expect_set(&p.grades, places[i].grades);
    }
}

static void lists_students_in_byte_order(void **state)
{
    struct roster_counts c;

    roster_read_counts(*state, &c);
    assert_int_equal(c.students, 3);
    assert_int_equal(c.people, 9);
    assert_int_equal(c.orgs, 7);
    assert_int_equal(c.classes, 4);
    assert_int_equal(c.courses, 3);
    assert_int_equal(c.skipped, 0);
    assert_int_equal(c.built_ms, 1234);
    assert_true(span_eq_str(roster_student(*state, 0), "s1"));
    assert_true(span_eq_str(roster_student(*state, 1), "s2"));
    assert_true(span_eq_str(roster_student(*state, 2), "s3"));
}

static bool stop_s2(const void *ctx, struct span id)
{
    return span_eq_str(id, ctx);
}

static void shows_stops_through_the_view(void **state)
{
    struct roster_lens lens = {.roster = *state, .student = stop_s2, .ctx = "s2"};
    struct roster_view view;
    struct person_facts p;
    struct place_facts place;

    roster_view_init(&view, &lens);
    view.person(view.ctx, SPAN("s2"), &p);
    assert_true(p.known && p.stopped);
    view.person(view.ctx, SPAN("s1"), &p);
    assert_true(p.known && !p.stopped);
    lens.student = NULL;
    view.person(view.ctx, SPAN("s2"), &p);
    assert_true(p.known && !p.stopped);
    view.place(view.ctx, REF_CLASS, SPAN("c1"), &place);
    assert_true(place.known);
}

static void looks_up_without_allocating(void **state)
{
    uint64_t before = mem_count();
    struct person_facts p;
    struct place_facts place;

    roster_lookup_person(*state, SPAN("g1"), &p);
    roster_lookup_place(*state, REF_ORG, SPAN("district"), &place);
    assert_int_equal(mem_count(), before);
}

static void *look_up_often(void *ctx)
{
    struct roster *r = ctx;
    struct person_facts p;

    for (int i = 0; i < 20000; i++) {
        struct roster *mine = roster_ref(r);

        roster_lookup_person(mine, SPAN("g1"), &p);
        roster_unref(&mine);
    }
    return p.known ? ctx : NULL;
}

static void serves_several_threads(void **state)
{
    pthread_t threads[4];

    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, look_up_often, *state), 0);
    }
    for (int i = 0; i < 4; i++) {
        void *result = NULL;

        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_ptr_equal(result, *state);
    }
}

/* --- documents */

static void builds_with(const char *page, struct roster **out)
{
    struct roster_builder *b = NULL;

    assert_int_equal(roster_builder_new(&b), OK);
    assert_int_equal(feed(b, &orgs, org_page), OK);
    assert_int_equal(feed(b, &users, page), OK);
    assert_int_equal(roster_build(b, 0, out), OK);
    roster_builder_free(&b);
}

static bool is_known(const char *page, const char *id)
{
    struct roster *r = NULL;
    struct person_facts p;

    builds_with(page, &r);
    roster_lookup_person(r, span_str(id), &p);
    roster_unref(&r);
    return p.known;
}

static void makes_people_unknown_whose_roles_cannot_be_read(void **state)
{
    (void)state;
    assert_true(is_known("{\"users\":[" HEAD("x") "\"roles\":[]}]}", "x"));
    assert_true(is_known("{\"users\":[" HEAD("x") "\"roles\":null}]}", "x"));
    assert_true(is_known("{\"users\":[{\"sourcedId\":\"x\"}]}", "x"));
    assert_false(is_known("{\"users\":[" HEAD("x") "\"roles\":{}}]}", "x"));
    assert_false(is_known("{\"users\":[" HEAD("x") "\"roles\":[{\"role\":7}]}]}", "x"));
    assert_false(is_known("{\"users\":[" HEAD("x") "\"roles\":[\"student\"]}]}", "x"));
    assert_false(is_known("{\"users\":[" HEAD("x") "\"roles\":[{}]}]}", "x"));
}

static void takes_any_status_but_active_for_deleted(void **state)
{
    (void)state;
    assert_true(is_known("{\"users\":[{\"sourcedId\":\"x\",\"status\":\"active\"}]}", "x"));
    assert_true(is_known("{\"users\":[{\"sourcedId\":\"x\",\"status\":null}]}", "x"));
    assert_false(is_known("{\"users\":[{\"sourcedId\":\"x\",\"status\":\"tobedeleted\"}]}", "x"));
    assert_false(is_known("{\"users\":[{\"sourcedId\":\"x\",\"status\":\"inactive\"}]}", "x"));
    assert_false(is_known("{\"users\":[{\"sourcedId\":\"x\",\"status\":1}]}", "x"));
}

static void stays_with_the_narrower_of_two_sightings(void **state)
{
    static const char page[] =
        "{\"users\":[" HEAD("x") "\"roles\":[" ROLE("teacher", "oak") "]}," HEAD(
            "x") "\"roles\":[" ROLE("student",
                                    "elm") "]}," HEAD("y") "\"roles\":[" ROLE("teacher",
                                                                              "oak") "]},"
                                                                                     "{\"sourcedId"
                                                                                     "\":\"y\","
                                                                                     "\"status\":"
                                                                                     "\"tobedeleted"
                                                                                     "\"}," HEAD("y") "\"roles\":[" ROLE(
                                                                                         "teacher",
                                                                                         "oak") "]}"
                                                                                                "]"
                                                                                                "}";
    struct roster *r = NULL;
    struct person_facts p;

    (void)state;
    builds_with(page, &r);
    roster_lookup_person(r, SPAN("x"), &p);
    assert_int_equal(p.roles, ROLE_BIT(ROLE_TEACHER) | ROLE_BIT(ROLE_STUDENT));
    expect_set(&p.schools, "oak elm");
    roster_lookup_person(r, SPAN("y"), &p);
    assert_false(p.known);
    roster_unref(&r);
}

static void forgets_sets_that_could_not_be_read_whole(void **state)
{
    static const char page[] = "{\"users\":[" HEAD("x") "\"roles\":[" ROLE(
        "student",
        "oak") "],\"grades\":[\"07\",8]}," HEAD("y") "\"roles\":[" ROLE("student",
                                                                        "oak") "],\"grades\":[]}"
                                                                               "," HEAD("g") "\"rol"
                                                                                             "es\":"
                                                                                             "[" ROLE("parent",
                                                                                                      "oak") "],\"agents\":[" REF("x") ",7]}]}";
    struct roster *r = NULL;
    struct person_facts p;

    (void)state;
    builds_with(page, &r);
    roster_lookup_person(r, SPAN("x"), &p);
    expect_set(&p.grades, "?");
    roster_lookup_person(r, SPAN("y"), &p);
    expect_set(&p.grades, "?");
    roster_lookup_person(r, SPAN("g"), &p);
    expect_set(&p.children, "?");
    roster_unref(&r);
}

static void skips_and_counts_records_without_a_usable_id(void **state)
{
    char page[4096];
    struct roster *r = NULL;
    struct roster_counts c;

    (void)state;
    (void)snprintf(page, sizeof(page),
                   "{\"users\":[7,null,{},{\"sourcedId\":\"\"},{\"sourcedId\":1},"
                   "{\"sourcedId\":\"%01025d\"},{\"sourcedId\":\"%01024d\"}]}",
                   1, 1);
    builds_with(page, &r);
    roster_read_counts(r, &c);
    assert_int_equal(c.skipped, 6);
    assert_int_equal(c.people, 1);
    roster_unref(&r);
}

static const struct document_case {
    const char *text;
    enum err e;
} documents[] = {
    {"", ERR_UP_JSON},
    {"{\"users\":[", ERR_UP_JSON},
    {"{\"users\":[]}x", ERR_UP_JSON},
    {"{\"users\":[],\"users\":[]}", ERR_UP_JSON},
    {"{\"users\":[{\"sourcedId\":\"a\",\"sourcedId\":\"b\"}]}", ERR_UP_JSON},
    {"{\"users\":[\"\xff\"]}", ERR_UP_JSON},
    {"[]", ERR_UP_ENVELOPE},
    {"{}", ERR_UP_ENVELOPE},
    {"{\"user\":[]}", ERR_UP_ENVELOPE},
    {"{\"users\":{}}", ERR_UP_ENVELOPE},
    {"{\"users\":[],\"totalCount\":3}", ERR_UP_ENVELOPE},
    {"{\"users\":[]}", OK},
};

static void refuses_documents_that_are_not_the_envelope(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
        struct roster_builder *b = NULL;
        size_t rows = 77;

        assert_int_equal(roster_builder_new(&b), OK);
        enum err e = roster_builder_add(b, &users, span_str(documents[i].text), &rows);

        assert_int_equal(e, documents[i].e);
        assert_int_equal(rows, e == OK ? 0 : 77);
        roster_builder_free(&b);
    }
}

static void refuses_other_collections_and_huge_documents(void **state)
{
    struct roster_builder *b = NULL;
    size_t rows = 77, len = ROSTER_MAX_DOCUMENT + 1;
    char *text = mem_alloc(len);

    (void)state;
    assert_non_null(text);
    memset(text, ' ', len);
    assert_int_equal(roster_builder_new(&b), OK);
    assert_int_equal(feed(b, &terms, "{\"terms\":[]}"), ERR_INPUT);
    assert_int_equal(roster_builder_add(b, &users, span_of(text, len), &rows), ERR_TOO_BIG);
    assert_int_equal(rows, 77);
    mem_free(text);
    roster_builder_free(&b);
}

static void refuses_a_source_without_schools(void **state)
{
    struct roster_builder *b = NULL;
    struct roster *r = NULL;

    (void)state;
    assert_int_equal(roster_builder_new(&b), OK);
    assert_int_equal(feed(b, &users, user_page), OK);
    assert_int_equal(feed(b, &orgs, "{\"orgs\":[" HEAD("d") "\"type\":\"district\"}]}"), OK);
    assert_int_equal(roster_build(b, 0, &r), ERR_INPUT);
    assert_null(r);
    roster_builder_free(&b);
}

static void ends_when_orgs_are_their_own_ancestors(void **state)
{
    static const char
        page[] = "{\"orgs\":[" HEAD("a") "\"type\":\"local\",\"parent\":" REF("b") "}," HEAD("b") "\"type\":\"local\",\"parent\":" REF("a") "}," HEAD(
            "self") "\"type\":\"school\",\"parent\":" REF("self") "}," HEAD("oak") "\"type\":"
                                                                                   "\"school\","
                                                                                   "\"parent\""
                                                                                   ":" REF("a") "}]"
                                                                                                "}";
    struct roster_builder *b = NULL;
    struct roster *r = NULL;
    struct place_facts p;

    (void)state;
    assert_int_equal(roster_builder_new(&b), OK);
    assert_int_equal(feed(b, &orgs, page), OK);
    assert_int_equal(roster_build(b, 0, &r), OK);
    roster_lookup_place(r, REF_ORG, SPAN("b"), &p);
    expect_set(&p.schools, "oak");
    roster_lookup_place(r, REF_ORG, SPAN("self"), &p);
    expect_set(&p.schools, "self");
    roster_unref(&r);
    roster_builder_free(&b);
}

static void makes_places_unknown_that_contradict_themselves(void **state)
{
    static const char page
        [] = "{\"orgs\":[" HEAD("oak") "\"type\":\"school\"}," HEAD("elm") "\"type\":\"school\","
                                                                           "\"parent\":" REF("n") "}," HEAD("elm") "\"type\":\"school\",\"parent\":" REF("m") "}," HEAD(
                                                                               "fir") "\"type\":"
                                                                                      "\"school\"}"
                                                                                      "," HEAD("fi"
                                                                                               "r") "\"type\":\"district\"}," HEAD("oak") "\"type\":\"school\"}]}";
    struct roster_builder *b = NULL;
    struct roster *r = NULL;
    struct place_facts p;

    (void)state;
    assert_int_equal(roster_builder_new(&b), OK);
    assert_int_equal(feed(b, &orgs, page), OK);
    assert_int_equal(roster_builder_ids(b), 3);
    assert_int_equal(roster_build(b, 0, &r), OK);
    roster_lookup_place(r, REF_ORG, SPAN("oak"), &p);
    assert_true(p.known);
    roster_lookup_place(r, REF_ORG, SPAN("elm"), &p);
    assert_false(p.known);
    roster_lookup_place(r, REF_ORG, SPAN("fir"), &p);
    assert_false(p.known);
    roster_unref(&r);
    roster_builder_free(&b);
}

static void survives_every_failing_allocation(void **state)
{
    struct roster *r = NULL;
    enum err e = ERR_MEMORY;
    uint64_t n = 0;

    (void)state;
    json_set_alloc_funcs(mem_alloc, mem_free);
    while (e != OK) {
        mem_fail_at(++n);
        e = load(&r);
        mem_fail_at(0);
        assert_true(e == OK || e == ERR_MEMORY || e == ERR_UP_JSON); /* jansson's own */
        assert_true((e == OK) == (r != NULL));
    }
    roster_unref(&r);
    json_set_alloc_funcs(malloc, free);
    assert_true(n > 100);
}

/* --- size */

enum { STUDENTS = 200000, SCHOOLS = 150, PER_PAGE = 2000 };

static void put_student(struct buf *out, int i)
{
    static const char *const grades[] = {"KG", "01", "02", "03", "04", "05", "06",
                                         "07", "08", "09", "10", "11", "12"};

    buf_printf(
        out,
        "%s{\"sourcedId\":\"5f0c7d1e-93aa-4b1e-8d2f-%012d\",\"status\":\"active\",\"roles\":[{"
        "\"roleType\":\"primary\",\"role\":\"student\",\"org\":{\"sourcedId\":\"school-%d\"}}],"
        "\"grades\":[\"%s\"],\"agents\":[{\"sourcedId\":\"guardian-%d\"}]},"
        "{\"sourcedId\":\"guardian-%d\",\"roles\":[{\"role\":\"guardian\"}],\"agents\":[{"
        "\"sourcedId\":\"5f0c7d1e-93aa-4b1e-8d2f-%012d\"}]}",
        i % (PER_PAGE / 2) == 0 ? "" : ",", i, i % SCHOOLS, grades[i % 13], i, i, i);
}

static void put_schools(struct buf *out)
{
    buf_put_str(out, "{\"orgs\":[");
    for (int i = 0; i < SCHOOLS; i++) {
        buf_printf(out, "%s{\"sourcedId\":\"school-%d\",\"type\":\"school\"}", i == 0 ? "" : ",",
                   i);
    }
    buf_put_str(out, "]}");
}

static void holds_200000_students_and_their_guardians_in_64_mib(void **state)
{
    struct roster_builder *b = NULL;
    struct roster *r = NULL;
    struct roster_counts c;
    struct buf page;
    size_t rows = 0;

    (void)state;
    buf_init(&page, ROSTER_MAX_DOCUMENT);
    assert_int_equal(roster_builder_new(&b), OK);
    put_schools(&page);
    assert_int_equal(roster_builder_add(b, &orgs, buf_span(&page), &rows), OK);
    for (int i = 0; i < STUDENTS; i += PER_PAGE / 2) {
        buf_clear(&page);
        buf_put_str(&page, "{\"users\":[");
        for (int k = i; k < i + PER_PAGE / 2; k++) {
            put_student(&page, k);
        }
        buf_put_str(&page, "]}");
        assert_int_equal(roster_builder_add(b, &users, buf_span(&page), &rows), OK);
        assert_int_equal(rows, PER_PAGE);
    }
    assert_int_equal(roster_build(b, 0, &r), OK);
    roster_read_counts(r, &c);
    print_message("%zu students, %zu people: %zu bytes, %zu a student\n", c.students, c.people,
                  c.bytes, c.bytes / c.students);
    assert_int_equal(c.students, STUDENTS);
    assert_true(c.bytes < 64u * 1024 * 1024);
    roster_unref(&r);
    roster_builder_free(&b);
    buf_fini(&page);
}

static int set_up(void **state)
{
    struct roster *r = NULL;

    if (load(&r) != OK) {
        return -1;
    }
    *state = r;
    return 0;
}

static int tear_down(void **state)
{
    struct roster *r = *state;

    roster_unref(&r);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_every_person_as_worked_out_by_hand),
        cmocka_unit_test(knows_nothing_of_the_deleted_and_the_merely_named),
        cmocka_unit_test(knows_every_place_as_worked_out_by_hand),
        cmocka_unit_test(lists_students_in_byte_order),
        cmocka_unit_test(shows_stops_through_the_view),
        cmocka_unit_test(looks_up_without_allocating),
        cmocka_unit_test(serves_several_threads),
        cmocka_unit_test(makes_people_unknown_whose_roles_cannot_be_read),
        cmocka_unit_test(takes_any_status_but_active_for_deleted),
        cmocka_unit_test(stays_with_the_narrower_of_two_sightings),
        cmocka_unit_test(forgets_sets_that_could_not_be_read_whole),
        cmocka_unit_test(skips_and_counts_records_without_a_usable_id),
        cmocka_unit_test(refuses_documents_that_are_not_the_envelope),
        cmocka_unit_test(refuses_other_collections_and_huge_documents),
        cmocka_unit_test(refuses_a_source_without_schools),
        cmocka_unit_test(ends_when_orgs_are_their_own_ancestors),
        cmocka_unit_test(makes_places_unknown_that_contradict_themselves),
        cmocka_unit_test(survives_every_failing_allocation),
        cmocka_unit_test(holds_200000_students_and_their_guardians_in_64_mib),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
