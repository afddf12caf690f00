/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who sits in which class, course and term, statuses, programs and birth dates:
 * a school small enough to work out by hand, on 23 November 2026; and the size of
 * a large one.
 */
#include "roster/roster.h"

#include "base/buf.h"
#include "tests/support/records.h"

#include <jansson.h>
#include <stdlib.h>

enum { TODAY = 20261123 };

#define TEXT(text)                                                                                 \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }

static const struct roster_local locals[] = {
    {TEXT("users"), TEXT("metadata.bus"), true},
    {TEXT("users"), TEXT("metadata.tier"), false},
    {TEXT("demographics"), TEXT("metadata.meals"), true},
    {TEXT("enrollments"), TEXT("metadata.track"), false},
};

static const struct roster_needs all_needs = {true, true, locals, 4};

static const char orgs[] = "{'orgs':[{'sourcedId':'oak','type':'school'}]}";

/* year > {fall > quarter, spring}; other years apart; a ring. */
static const char sessions[] =
    "{'academicSessions':[{'sourcedId':'fall','parent':{'sourcedId':'year'}},"
    "{'sourcedId':'year'},{'sourcedId':'spring','parent':{'sourcedId':'year'}},"
    "{'sourcedId':'quarter','parent':{'sourcedId':'fall'}},{'sourcedId':'last'},"
    "{'sourcedId':'ring1','parent':{'sourcedId':'ring2'}},"
    "{'sourcedId':'ring2','parent':{'sourcedId':'ring1'}},"
    "{'sourcedId':'lost','parent':{'sourcedId':'nowhere'}}]}";

static const char courses[] = "{'courses':[{'sourcedId':'math'},{'sourcedId':'art'},"
                              "{'sourcedId':'idle'}]}";

/* `shop`: a course and a term that nobody knows; `twice` contradicts itself. */
static const char classes[] =
    "{'classes':[{'sourcedId':'m1','course':{'sourcedId':'math'},'terms':[{'sourcedId':'fall'}]},"
    "{'sourcedId':'m2','course':{'sourcedId':'math'},"
    "'terms':[{'sourcedId':'quarter'},{'sourcedId':'spring'}]},"
    "{'sourcedId':'a1','course':{'sourcedId':'art'},'terms':[{'sourcedId':'year'}]},"
    "{'sourcedId':'shop','course':{'sourcedId':'none'},'terms':[{'sourcedId':'nowhere'}]},"
    "{'sourcedId':'bare'},"
    "{'sourcedId':'twice','course':{'sourcedId':'math'}},"
    "{'sourcedId':'twice','course':{'sourcedId':'art'}}]}";

#define PUPIL(id, more)                                                                            \
    "{'sourcedId':'" id "','roles':[{'role':'student','org':{'sourcedId':'oak'}}]" more "},"

static const char users[] = "{'users':[" PUPIL("s1", ",'metadata':{'bus':'12','tier':['a','b']}")
    PUPIL("s2", ",'metadata':{'bus':7,'tier':['a','',null]}") PUPIL("s3", ",'metadata':'bus'")
        PUPIL("s4", "") PUPIL(
            "s5", "") "{'sourcedId':'t1','roles':[{'role':'teacher','org':{'sourcedId':'oak'}}]},"
                      "{'sourcedId':'both','roles':[{'role':'student','org':{'sourcedId':'oak'}},"
                      "{'role':'aide','org':{'sourcedId':'oak'}}]},"
                      "{'sourcedId':'gone','status':'tobedeleted',"
                      "'roles':[{'role':'student','org':{'sourcedId':'oak'}}]}]}";

#define IN(user, class, role, more)                                                                \
    "{'sourcedId':'" user class "','status':'active','user':{'sourcedId':'" user                   \
                                "'},'class':{'sourcedId':'" class "'},'role':'" role "'" more "},"

/* s3 ended yesterday, s4 ends today; s5 has nothing that counts. */
static const char enrollments[] = "{'enrollments':[" IN("s1", "m1", "student", "") IN(
    "s1", "a1", "student", ",'endDate':null") IN("s1", "m1", "student", ",'endDate':''")
    IN("s2", "m2", "student", ",'endDate':'2027-01-31'") IN("s2", "shop", "student", "") IN(
        "s3", "m1", "student", ",'endDate':'2026-11-22'")
        IN("s4", "m1", "student", ",'endDate':'2026-11-23','metadata':{'track':'dual'}") IN(
            "s5", "m1", "teacher", "") IN("s5", "m1", "pupil", "") IN("s5", "m2", "student",
                                                                      ",'endDate':'soon'")
            IN("s5", "twice", "student", "") IN("s5", "unseen", "student", "")
                IN("t1", "m1", "teacher", "") IN("t1", "a1", "proctor", "")
                    IN("t1", "m2", "student",
                       "") IN("both", "a1", "student",
                              "") IN("both", "m1", "teacher", "")
                        IN("gone", "m1", "student",
                           "") "{'sourcedId':'x','status':'tobedeleted','user':{'sourcedId':'s5'},"
                               "'class':{'sourcedId':'m1'},'role':'student'},"
                               "{'sourcedId':'y','user':{'sourcedId':'s5'},'class':{'sourcedId':'"
                               "m1'},'role':'student'},"
                               "{'sourcedId':'z','status':'active','user':{'sourcedId':'s5'},'role'"
                               ":'student'},"
                               "{'sourcedId':'w','status':'active','user':{'sourcedId':'s5'},"
                               "'class':{'sourcedId':'m1'},'role':7}]}";

static const char demographics[] =
    "{'demographics':[{'sourcedId':'s1','birthDate':'2012-02-29','metadata':{'meals':'free'}},"
    "{'sourcedId':'s2','birthDate':'2013-02-29'},"
    "{'sourcedId':'s3','birthDate':'2011-05-01'},{'sourcedId':'s3','birthDate':'2011-05-02'},"
    "{'sourcedId':'s4','birthDate':null},"
    "{'sourcedId':'s5','status':'tobedeleted','birthDate':'2011-05-01'},"
    "{'sourcedId':'both','birthDate':'2010-01-01'},{'sourcedId':'both','birthDate':'2010-01-01'},"
    "{'sourcedId':'t1','birthDate':'1980-01-01T00:00:00Z'}]}";

static enum err load_for(const struct roster_needs *needs, struct roster **out)
{
    struct roster_builder *b = NULL;
    enum err e = roster_builder_new(&b);

    e = e != OK ? e : roster_builder_need(b, needs, TODAY);
    e = e != OK ? e : feed(b, "enrollments", enrollments); /* before anything it points at */
    e = e != OK ? e : feed(b, "demographics", demographics);
    e = e != OK ? e : feed(b, "users", users);
    e = e != OK ? e : feed(b, "classes", classes);
    e = e != OK ? e : feed(b, "courses", courses);
    e = e != OK ? e : feed(b, "academicSessions", sessions);
    e = e != OK ? e : feed(b, "orgs", orgs);
    e = e != OK ? e : roster_build(b, 0, out);
    roster_builder_free(&b);
    return e;
}

static const struct person_case {
    const char *id, *classes, *courses, *terms, *statuses, *programs;
    int32_t birth;
} people[] = {
    {"s1", "m1 a1", "math art", "fall year", "a b", "12 free", 20120229},
    {"s2", "m2 shop", "math", "quarter fall year spring", "a", "", 0},
    {"s3", "", "", "", "", "", 0},
    {"s4", "m1", "math", "fall year", "dual", "", 0},
    {"s5", "", "", "", "", "", 0},
    {"t1", "m1 a1", "math art", "fall year", "", "", 0},
    {"both", "a1", "art", "year", "", "", 20100101},
};

static void knows_what_people_are_in_as_worked_out_by_hand(void **state)
{
    for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
        const struct person_case *c = &people[i];
        struct person_facts p;

        roster_lookup_person(*state, span_str(c->id), &p);
        assert_true(p.known);
        expect_set(&p.classes, c->classes);
        expect_set(&p.courses, c->courses);
        expect_set(&p.terms, c->terms);
        expect_set(&p.statuses, c->statuses);
        expect_set(&p.programs, c->programs);
        assert_int_equal(p.birth, c->birth);
    }
}

static void knows_nothing_of_the_deleted(void **state)
{
    struct person_facts p;

    roster_lookup_person(*state, SPAN("gone"), &p);
    assert_false(p.known);
    expect_set(&p.classes, "?");
}

static const struct place_case {
    enum ref_type type;
    const char *id;
    bool known;
    const char *classes, *courses, *terms;
} places[] = {
    {REF_CLASS, "m1", true, "?", "math", "fall year"},
    {REF_CLASS, "m2", true, "?", "math", "quarter fall year spring"},
    {REF_CLASS, "a1", true, "?", "art", "year"},
    {REF_CLASS, "shop", true, "?", "", ""},
    {REF_CLASS, "bare", true, "?", "", ""},
    {REF_CLASS, "twice", false, "?", "?", "?"},
    {REF_CLASS, "unseen", false, "?", "?", "?"},
    {REF_COURSE, "math", true, "m1 m2", "?", "fall year quarter spring"},
    {REF_COURSE, "art", true, "a1", "?", "year"},
    {REF_COURSE, "idle", true, "", "?", ""},
    {REF_COURSE, "none", false, "?", "?", "?"},
    {REF_ACADEMIC_SESSION, "year", true, "?", "?", "year fall spring quarter"},
    {REF_ACADEMIC_SESSION, "fall", true, "?", "?", "year fall quarter"},
    {REF_ACADEMIC_SESSION, "quarter", true, "?", "?", "year fall quarter"},
    {REF_ACADEMIC_SESSION, "spring", true, "?", "?", "year spring"},
    {REF_ACADEMIC_SESSION, "last", true, "?", "?", "last"},
    {REF_ACADEMIC_SESSION, "ring1", true, "?", "?", "ring1 ring2"},
    {REF_ACADEMIC_SESSION, "lost", true, "?", "?", "lost"},
    {REF_ACADEMIC_SESSION, "nowhere", false, "?", "?", "?"},
    {REF_ORG, "oak", true, "?", "?", "?"},
};

static void knows_what_places_hold_as_worked_out_by_hand(void **state)
{
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        const struct place_case *c = &places[i];
        struct place_facts p;

        roster_lookup_place(*state, c->type, span_str(c->id), &p);
        assert_int_equal(p.known, c->known);
        expect_set(&p.classes, c->classes);
        expect_set(&p.courses, c->courses);
        expect_set(&p.terms, c->terms);
        if (c->type == REF_ACADEMIC_SESSION) {
            expect_set(&p.schools, "?");
            expect_set(&p.grades, "?");
        }
    }
}

static void holds_what_it_was_made_for_and_calls_the_rest_unknown(void **state)
{
    static const struct roster_needs none,
        birth = {.birth = true}, in_class = {.enrollments = true},
        bus = {.locals = locals, .local_count = 1}, tier = {.locals = locals + 1, .local_count = 1};
    struct roster *r = NULL;
    struct person_facts p;
    struct place_facts class;

    assert_true(roster_holds(*state, &all_needs) && roster_holds(*state, &none));
    assert_int_equal(load_for(&none, &r), OK);
    assert_true(roster_holds(r, &none));
    assert_false(roster_holds(r, &birth) || roster_holds(r, &in_class) || roster_holds(r, &bus));
    roster_lookup_person(r, SPAN("s1"), &p);
    roster_lookup_place(r, REF_CLASS, SPAN("m1"), &class);
    expect_set(&p.classes, "?");
    expect_set(&p.programs, "?");
    expect_set(&class.courses, "?");
    assert_int_equal(p.birth, 0);
    roster_unref(&r);

    assert_int_equal(load_for(&bus, &r), OK);
    assert_true(roster_holds(r, &bus));
    assert_false(roster_holds(r, &tier) || roster_holds(r, &birth));
    roster_lookup_person(r, SPAN("s1"), &p);
    expect_set(&p.programs, "12");
    expect_set(&p.statuses, "?");
    expect_set(&p.terms, "?");
    roster_unref(&r);
}

static void tells_a_fact_of_one_kind_from_the_same_field_of_the_other(void **state)
{
    const struct roster_local other = {locals[0].resource, locals[0].path, false};
    const struct roster_needs needs = {.locals = &other, .local_count = 1};

    assert_false(roster_holds(*state, &needs));
}

static const struct {
    const char *resource, *path;
} wrong_fields[] = {
    {"users", ""},   {"", "metadata.x"}, {"classes", "metadata.x"}, {"users", "a.b.c"},
    {"users", ".x"}, {"users", "x."},    {"students", "metadata.x"}};

static void refuses_local_fields_that_no_roster_can_hold(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(wrong_fields) / sizeof(wrong_fields[0]); i++) {
        const struct roster_local local = {span_str(wrong_fields[i].resource),
                                           span_str(wrong_fields[i].path), true};
        const struct roster_needs needs = {.locals = &local, .local_count = 1};
        struct roster_builder *b = NULL;

        assert_int_equal(roster_builder_new(&b), OK);
        assert_int_equal(roster_builder_need(b, &needs, TODAY), ERR_INPUT);
        roster_builder_free(&b);
    }
}

static void sees_that_a_page_of_enrollments_is_not_a_new_one(void **state)
{
    static const char one[] = "{'enrollments':[{'sourcedId':'e1'},{'sourcedId':'e2'}]}";
    static const char two[] = "{'enrollments':[{'sourcedId':'e3'}]}";
    struct roster_builder *b = NULL;

    (void)state;
    assert_int_equal(roster_builder_new(&b), OK);
    assert_int_equal(feed(b, "enrollments", one), OK);
    assert_int_equal(roster_builder_ids(b), 2);
    assert_int_equal(feed(b, "enrollments", one), OK);
    assert_int_equal(roster_builder_ids(b), 2);
    assert_int_equal(feed(b, "enrollments", two), OK);
    assert_int_equal(roster_builder_ids(b), 3);
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
        e = load_for(&all_needs, &r);
        mem_fail_at(0);
        assert_true(e == OK || e == ERR_MEMORY || e == ERR_UP_JSON); /* jansson's own */
        assert_true((e == OK) == (r != NULL));
    }
    roster_unref(&r);
    json_set_alloc_funcs(malloc, free);
    assert_true(n > 100);
}

/* --- size: 100,000 students with 7 classes each, 25 to a class, ids of 36 bytes */

enum { STUDENTS = 100000, CLASSES = STUDENTS * 7 / 25, COURSES = 400, PER_PAGE = 2000 };

#define UUID "5f0c7d1e-93aa-4b1e-8d2f-"

static void put_user(struct buf *out, int i)
{
    buf_printf(out,
               "{\"sourcedId\":\"" UUID "%012d\",\"roles\":[{\"role\":\"student\","
               "\"org\":{\"sourcedId\":\"oak\"}}],\"grades\":[\"07\"]}",
               i);
}

static void put_class(struct buf *out, int i)
{
    buf_printf(out,
               "{\"sourcedId\":\"c" UUID "%011d\",\"course\":{\"sourcedId\":\"k%d\"},"
               "\"terms\":[{\"sourcedId\":\"%s\"}]}",
               i, i % COURSES, i % 2 == 0 ? "fall" : "spring");
}

static void put_course(struct buf *out, int i)
{
    buf_printf(out, "{\"sourcedId\":\"k%d\"}", i);
}

/* Everybody has a schedule of their own, but for the courses' repeats: the worst for sharing. */
static void put_enrollment(struct buf *out, int i)
{
    int student = i / 7;
    int class = (int)(((long)student * 31 + (long)(i % 7) * (4001 + student / CLASSES)) % CLASSES);

    buf_printf(out,
               "{\"sourcedId\":\"e%d\",\"status\":\"active\",\"role\":\"student\","
               "\"user\":{\"sourcedId\":\"" UUID "%012d\"},"
               "\"class\":{\"sourcedId\":\"c" UUID "%011d\"},\"endDate\":\"2027-06-30\"}",
               i, student, class);
}

static void put_birth(struct buf *out, int i)
{
    buf_printf(out, "{\"sourcedId\":\"" UUID "%012d\",\"birthDate\":\"2012-01-01\"}", i);
}

static void feed_many(struct roster_builder *b, const char *name, int n,
                      void (*put)(struct buf *out, int i))
{
    const struct resource resource = collection_of(name);
    struct buf page;
    size_t rows;

    buf_init(&page, ROSTER_MAX_DOCUMENT);
    for (int at = 0; at < n; at += PER_PAGE) {
        buf_clear(&page);
        buf_printf(&page, "{\"%s\":[", name);
        for (int i = at; i < n && i < at + PER_PAGE; i++) {
            buf_put_str(&page, i == at ? "" : ",");
            put(&page, i);
        }
        buf_put_str(&page, "]}");
        assert_int_equal(roster_builder_add(b, &resource, buf_span(&page), &rows), OK);
    }
    buf_fini(&page);
}

static size_t bytes_a_student(const struct roster_needs *needs)
{
    struct roster_builder *b = NULL;
    struct roster *r = NULL;
    struct roster_counts c;

    assert_int_equal(roster_builder_new(&b), OK);
    assert_int_equal(roster_builder_need(b, needs, TODAY), OK);
    assert_int_equal(feed(b, "orgs", orgs), OK);
    assert_int_equal(feed(b, "academicSessions", sessions), OK);
    feed_many(b, "users", STUDENTS, put_user);
    feed_many(b, "classes", CLASSES, put_class);
    feed_many(b, "courses", COURSES, put_course);
    if (needs->birth) {
        feed_many(b, "demographics", STUDENTS, put_birth);
    }
    if (needs->enrollments) {
        feed_many(b, "enrollments", STUDENTS * 7, put_enrollment);
    }
    assert_int_equal(roster_build(b, 0, &r), OK);
    roster_read_counts(r, &c);
    assert_int_equal(c.students, STUDENTS);
    assert_int_equal(c.enrollments, needs->enrollments ? STUDENTS * 7 : 0);
    roster_unref(&r);
    roster_builder_free(&b);
    return c.bytes / STUDENTS;
}

static void holds_7_classes_of_each_of_100000_students_in_400_bytes_more(void **state)
{
    static const struct roster_needs none, both = {.enrollments = true, .birth = true};
    size_t without = bytes_a_student(&none);
    size_t with = bytes_a_student(&both);

    (void)state;
    print_message("bytes a student: %zu, with classes and birth %zu\n", without, with);
    assert_in_range(with - without, 7 * sizeof(struct span), 400);
}

static int set_up(void **state)
{
    struct roster *r = NULL;

    if (load_for(&all_needs, &r) != OK) {
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
        cmocka_unit_test(knows_what_people_are_in_as_worked_out_by_hand),
        cmocka_unit_test(knows_nothing_of_the_deleted),
        cmocka_unit_test(knows_what_places_hold_as_worked_out_by_hand),
        cmocka_unit_test(holds_what_it_was_made_for_and_calls_the_rest_unknown),
        cmocka_unit_test(tells_a_fact_of_one_kind_from_the_same_field_of_the_other),
        cmocka_unit_test(refuses_local_fields_that_no_roster_can_hold),
        cmocka_unit_test(sees_that_a_page_of_enrollments_is_not_a_new_one),
        cmocka_unit_test(survives_every_failing_allocation),
        cmocka_unit_test(holds_7_classes_of_each_of_100000_students_in_400_bytes_more),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
