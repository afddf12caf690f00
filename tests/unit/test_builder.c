/* SPDX-License-Identifier: Apache-2.0 */
/* What the builder makes of documents and records that are not as they should be. */
#include "roster/builder.h"

#include "base/mem.h"
#include "tests/support/records.h"

#include <stdio.h>

static void builds_with(const char *page, struct roster **out)
{
    struct roster_builder *b = NULL;

    assert_int_equal(roster_builder_new(&b), OK);
    assert_int_equal(feed(b, "orgs",
                          "{'orgs':[{'sourcedId':'oak','type':'school'},"
                          "{'sourcedId':'elm','type':'school'}]}"),
                     OK);
    assert_int_equal(feed(b, "users", page), OK);
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
    assert_true(is_known("{'users':[{'sourcedId':'x','roles':[]}]}", "x"));
    assert_true(is_known("{'users':[{'sourcedId':'x','roles':null}]}", "x"));
    assert_true(is_known("{'users':[{'sourcedId':'x'}]}", "x"));
    assert_false(is_known("{'users':[{'sourcedId':'x','roles':{}}]}", "x"));
    assert_false(is_known("{'users':[{'sourcedId':'x','roles':[{'role':7}]}]}", "x"));
    assert_false(is_known("{'users':[{'sourcedId':'x','roles':['student']}]}", "x"));
    assert_false(is_known("{'users':[{'sourcedId':'x','roles':[{}]}]}", "x"));
}

/* OneRoster 1.1: one role word, and the orgs it is held at. */
static void reads_the_single_role_of_1_1(void **state)
{
    static const char page[] =
        "{'users':[{'sourcedId':'x','role':'student','orgs':[{'sourcedId':'oak'},"
        "{'sourcedId':'elm'}]},{'sourcedId':'t','role':'teacher','orgs':[{'sourcedId':'elm'}]},"
        "{'sourcedId':'n','role':'student'}]}";
    struct roster *r = NULL;
    struct person_facts p;

    (void)state;
    builds_with(page, &r);
    roster_lookup_person(r, SPAN("x"), &p);
    assert_int_equal(p.roles, ROLE_BIT(ROLE_STUDENT));
    expect_set(&p.schools[ROLE_STUDENT], "elm oak");
    roster_lookup_person(r, SPAN("t"), &p);
    assert_int_equal(p.roles, ROLE_BIT(ROLE_TEACHER));
    expect_set(&p.schools[ROLE_TEACHER], "elm");
    roster_lookup_person(r, SPAN("n"), &p);
    expect_set(&p.schools[ROLE_STUDENT], "?");
    roster_unref(&r);
    assert_false(is_known("{'users':[{'sourcedId':'x','role':7}]}", "x"));
    assert_false(is_known("{'users':[{'sourcedId':'x','role':'student','orgs':7}]}", "x"));
    assert_false(is_known("{'users':[{'sourcedId':'x','role':'teacher','roles':[]}]}", "x"));
}

static void takes_any_status_but_active_for_deleted(void **state)
{
    (void)state;
    assert_true(is_known("{'users':[{'sourcedId':'x','status':'active'}]}", "x"));
    assert_true(is_known("{'users':[{'sourcedId':'x','status':null}]}", "x"));
    assert_false(is_known("{'users':[{'sourcedId':'x','status':'tobedeleted'}]}", "x"));
    assert_false(is_known("{'users':[{'sourcedId':'x','status':'inactive'}]}", "x"));
    assert_false(is_known("{'users':[{'sourcedId':'x','status':1}]}", "x"));
}

static void stays_with_the_narrower_of_two_sightings(void **state)
{
    static const char page[] =
        "{'users':[{'sourcedId':'x','roles':[{'role':'teacher','org':{'sourcedId':'oak'}}]},"
        "{'sourcedId':'x','roles':[{'role':'student','org':{'sourcedId':'elm'}}]},"
        "{'sourcedId':'y'},{'sourcedId':'y','status':'tobedeleted'},{'sourcedId':'y'}]}";
    struct roster *r = NULL;
    struct person_facts p;

    (void)state;
    builds_with(page, &r);
    roster_lookup_person(r, SPAN("x"), &p);
    assert_int_equal(p.roles, ROLE_BIT(ROLE_TEACHER) | ROLE_BIT(ROLE_STUDENT));
    expect_set(&p.schools[ROLE_TEACHER], "oak");
    expect_set(&p.schools[ROLE_STUDENT], "elm");
    roster_lookup_person(r, SPAN("y"), &p);
    assert_false(p.known);
    roster_unref(&r);
}

static void forgets_sets_that_could_not_be_read_whole(void **state)
{
    static const char page[] =
        "{'users':[{'sourcedId':'x','roles':[{'role':'student'}],'grades':['07',8]},"
        "{'sourcedId':'y','roles':[{'role':'student'}],'grades':[]},"
        "{'sourcedId':'g','roles':[{'role':'parent'}],'agents':[{'sourcedId':'x'},7]}]}";
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
                   "{'users':[7,null,{},{'sourcedId':''},{'sourcedId':1},{'sourcedId':'%01025d'},"
                   "{'sourcedId':'%01024d'}]}",
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
    {"{'users':[", ERR_UP_JSON},
    {"{'users':[]}x", ERR_UP_JSON},
    {"{'users':[],'users':[]}", ERR_UP_JSON},
    {"{'users':[{'sourcedId':'a','sourcedId':'b'}]}", ERR_UP_JSON},
    {"{'users':['\xff']}", ERR_UP_JSON},
    {"[]", ERR_UP_ENVELOPE},
    {"{}", ERR_UP_ENVELOPE},
    {"{'user':[]}", ERR_UP_ENVELOPE},
    {"{'users':{}}", ERR_UP_ENVELOPE},
    {"{'users':[],'totalCount':3}", ERR_UP_ENVELOPE},
    {"{'users':[]}", OK},
};

static void refuses_documents_that_are_not_the_envelope(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
        struct roster_builder *b = NULL;

        assert_int_equal(roster_builder_new(&b), OK);
        assert_int_equal(feed(b, "users", documents[i].text), documents[i].e);
        assert_int_equal(roster_builder_ids(b), 0);
        roster_builder_free(&b);
    }
}

static void refuses_other_collections_and_huge_documents(void **state)
{
    const struct resource users = collection_of("users");
    struct roster_builder *b = NULL;
    size_t rows = 77, len = ROSTER_MAX_DOCUMENT + 1;
    char *text = mem_alloc(len);

    (void)state;
    assert_non_null(text);
    memset(text, ' ', len);
    assert_int_equal(roster_builder_new(&b), OK);
    assert_int_equal(feed(b, "terms", "{'terms':[]}"), ERR_INPUT);
    assert_int_equal(roster_builder_add(b, &users, span_of(text, len), &rows), ERR_TOO_BIG);
    assert_int_equal(roster_builder_add(b, &users, SPAN("{}"), &rows), ERR_UP_ENVELOPE);
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
    assert_int_equal(feed(b, "orgs", "{'orgs':[{'sourcedId':'d','type':'district'}]}"), OK);
    assert_int_equal(roster_build(b, 0, &r), ERR_INPUT);
    assert_null(r);
    roster_builder_free(&b);
}

static void build_orgs(const char *page, struct roster **out)
{
    struct roster_builder *b = NULL;

    assert_int_equal(roster_builder_new(&b), OK);
    assert_int_equal(feed(b, "orgs", page), OK);
    assert_int_equal(roster_build(b, 0, out), OK);
    roster_builder_free(&b);
}

static void ends_when_orgs_are_their_own_ancestors(void **state)
{
    struct roster *r = NULL;
    struct place_facts p;

    (void)state;
    build_orgs("{'orgs':[{'sourcedId':'a','type':'local','parent':{'sourcedId':'b'}},"
               "{'sourcedId':'b','type':'local','parent':{'sourcedId':'a'}},"
               "{'sourcedId':'self','type':'school','parent':{'sourcedId':'self'}},"
               "{'sourcedId':'oak','type':'school','parent':{'sourcedId':'a'}}]}",
               &r);
    roster_lookup_place(r, REF_ORG, SPAN("b"), &p);
    expect_set(&p.schools, "oak");
    roster_lookup_place(r, REF_ORG, SPAN("self"), &p);
    expect_set(&p.schools, "self");
    roster_unref(&r);
}

static void makes_places_unknown_that_contradict_themselves(void **state)
{
    struct roster *r = NULL;
    struct place_facts p;

    (void)state;
    build_orgs("{'orgs':[{'sourcedId':'oak','type':'school'},"
               "{'sourcedId':'elm','type':'school','parent':{'sourcedId':'n'}},"
               "{'sourcedId':'elm','type':'school','parent':{'sourcedId':'m'}},"
               "{'sourcedId':'fir','type':'school'},{'sourcedId':'fir','type':'district'},"
               "{'sourcedId':'oak','type':'school'}]}",
               &r);
    roster_lookup_place(r, REF_ORG, SPAN("oak"), &p);
    assert_true(p.known);
    roster_lookup_place(r, REF_ORG, SPAN("elm"), &p);
    assert_false(p.known);
    roster_lookup_place(r, REF_ORG, SPAN("fir"), &p);
    assert_false(p.known);
    roster_unref(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_people_unknown_whose_roles_cannot_be_read),
        cmocka_unit_test(reads_the_single_role_of_1_1),
        cmocka_unit_test(takes_any_status_but_active_for_deleted),
        cmocka_unit_test(stays_with_the_narrower_of_two_sightings),
        cmocka_unit_test(forgets_sets_that_could_not_be_read_whole),
        cmocka_unit_test(skips_and_counts_records_without_a_usable_id),
        cmocka_unit_test(refuses_documents_that_are_not_the_envelope),
        cmocka_unit_test(refuses_other_collections_and_huge_documents),
        cmocka_unit_test(refuses_a_source_without_schools),
        cmocka_unit_test(ends_when_orgs_are_their_own_ancestors),
        cmocka_unit_test(makes_places_unknown_that_contradict_themselves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
