/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A district small enough to work out by hand, and its snapshot; one of 200,000
 * students, and its size.
 */
#include "roster/roster.h"

#include "base/buf.h"
#include "base/mem.h"
#include "tests/support/records.h"

#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* state > district > {north > {oak, elm}, south > {}}; ash has no parent. */
static const char org_page[] =
    "{'orgs':[{'sourcedId':'oak','status':'active','type':'school','parent':{'sourcedId':'north'}},"
    "{'sourcedId':'north','type':'local','parent':{'sourcedId':'district'}},"
    "{'sourcedId':'state','type':'state'},"
    "{'sourcedId':'district','type':'district','parent':{'sourcedId':'state'}},"
    "{'sourcedId':'south','type':'local','parent':{'sourcedId':'district'}},"
    "{'sourcedId':'elm','type':'school','parent':{'sourcedId':'north'}},"
    "{'sourcedId':'ash','type':'school','parent':null}]}";

/* "gone" is a deleted student; nobody has the id "nobody". */
static const char user_page[] =
    "{'users':[{'sourcedId':'s1','status':'active','grades':['07'],"
    "'roles':[{'role':'student','org':{'sourcedId':'oak'}}],"
    "'agents':[{'sourcedId':'g1'},{'sourcedId':'g2'}]},"
    "{'sourcedId':'s2','grades':['06','07'],'agents':[],"
    "'roles':[{'role':'student','org':{'sourcedId':'oak'}},"
    "{'role':'student','org':{'sourcedId':'elm'}}]},"
    "{'sourcedId':'s3','roles':[{'role':'student','org':{'sourcedId':'elm'}}]},"
    "{'sourcedId':'g1','roles':[{'role':'parent','org':{'sourcedId':'district'}}],"
    "'agents':[{'sourcedId':'s2'},{'sourcedId':'t1'}]},"
    "{'sourcedId':'g2','roles':[{'role':'guardian','org':{'sourcedId':'oak'}},"
    "{'role':'teacher','org':{'sourcedId':'ash'}}]},"
    "{'sourcedId':'g3','roles':[{'role':'relative','org':{'sourcedId':'oak'}}],"
    "'agents':[{'sourcedId':'nobody'}]},"
    "{'sourcedId':'t1','roles':[{'role':'teacher','org':{'sourcedId':'oak'}},"
    "{'role':'ext:coach','org':{'sourcedId':'elm'}}],'primaryOrg':{'sourcedId':'ash'}},"
    "{'sourcedId':'a1','roles':[{'role':'principal','org':{'sourcedId':'district'}}]},"
    "{'sourcedId':'n1','roles':[{'role':'aide'}]},"
    "{'sourcedId':'gone','status':'tobedeleted','agents':[{'sourcedId':'g2'}],"
    "'roles':[{'role':'student','org':{'sourcedId':'oak'}}]}]}";

static const char class_page[] =
    "{'classes':[{'sourcedId':'c1','school':{'sourcedId':'oak'},'grades':['07']},"
    "{'sourcedId':'c2','school':{'sourcedId':'elm'},'grades':[]},"
    "{'sourcedId':'c3','school':{'sourcedId':'district'}},"
    "{'sourcedId':'c4','school':{'sourcedId':'nowhere'},'grades':null},"
    "{'sourcedId':'c5','school':{'sourcedId':'oak'},'grades':'07'}]}";

static const char course_page[] =
    "{'courses':[{'sourcedId':'k1','org':{'sourcedId':'district'},'grades':['06','07']},"
    "{'sourcedId':'k2','org':{'sourcedId':'elm'}},"
    "{'sourcedId':'k3','title':'no org'}]}";

/* Users first, so that everything is pointed at before it is seen. */
static enum err load(struct roster **out)
{
    struct roster_builder *b = NULL;
    enum err e = roster_builder_new(&b);

    e = e != OK ? e : feed(b, "users", user_page);
    e = e != OK ? e : feed(b, "classes", class_page);
    e = e != OK ? e : feed(b, "courses", course_page);
    e = e != OK ? e : feed(b, "orgs", org_page);
    e = e != OK ? e : roster_build(b, 1234, out);
    roster_builder_free(&b);
    return e;
}

static const struct person_case {
    const char *id;
    unsigned roles;
    enum role as; /* the role that `schools` are of */
    const char *schools, *grades, *children;
} people[] = {
    {"s1", ROLE_BIT(ROLE_STUDENT), ROLE_STUDENT, "oak", "07", ""},
    {"s2", ROLE_BIT(ROLE_STUDENT), ROLE_STUDENT, "oak elm", "06 07", ""},
    {"s3", ROLE_BIT(ROLE_STUDENT), ROLE_STUDENT, "elm", "?", ""},
    {"s3", ROLE_BIT(ROLE_STUDENT), ROLE_TEACHER, "?", "?", ""},
    {"g1", ROLE_BIT(ROLE_GUARDIAN), ROLE_GUARDIAN, "", "?", "s1 s2"},
    {"g2", ROLE_BIT(ROLE_GUARDIAN) | ROLE_BIT(ROLE_TEACHER), ROLE_GUARDIAN, "oak", "?", "s1 gone"},
    {"g2", ROLE_BIT(ROLE_GUARDIAN) | ROLE_BIT(ROLE_TEACHER), ROLE_TEACHER, "ash", "?", "s1 gone"},
    {"g3", ROLE_BIT(ROLE_GUARDIAN), ROLE_GUARDIAN, "oak", "?", "nobody"},
    {"t1", ROLE_BIT(ROLE_TEACHER), ROLE_TEACHER, "oak", "?", ""},
    {"a1", ROLE_BIT(ROLE_STAFF), ROLE_STAFF, "", "?", ""},
    {"n1", ROLE_BIT(ROLE_STAFF), ROLE_STAFF, "?", "?", ""},
};

static void knows_every_person_as_worked_out_by_hand(void **state)
{
    for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
        struct person_facts p;

        roster_lookup_person(*state, span_str(people[i].id), &p);
        assert_true(p.known);
        assert_false(p.stopped);
        assert_int_equal(p.roles, people[i].roles);
        expect_set(&p.schools[people[i].as], people[i].schools);
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
        assert_int_equal(p.schools[ROLE_STUDENT].count + p.grades.count + p.children.count, 0);
        assert_int_not_equal(p.schools[ROLE_STUDENT].known, TRI_YES);
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
    const struct resource orgs = collection_of("orgs"), users = collection_of("users");

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
        cmocka_unit_test(survives_every_failing_allocation),
        cmocka_unit_test(holds_200000_students_and_their_guardians_in_64_mib),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
