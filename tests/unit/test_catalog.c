/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shipped catalog: what its fields are marked with, and the lookups.
 */
#include "policy/catalog.h"

#include "tests/support/catalog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct catalog *catalog;

static const struct resource *resource(const char *name)
{
    const struct resource *r = catalog_find(catalog, span_str(name));
    assert_non_null(r);
    return r;
}

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* --- marks --------------------------------------------------------------------- */

/* All paths whose field passes `test`, joined by blanks. */
static const char *paths(const char *name, bool (*test)(const struct field *f))
{
    static char text[1024];
    const struct resource *r = resource(name);
    size_t n = 0;
    text[0] = '\0';
    for (size_t i = 0; i < r->field_count; i++) {
        if (test(&r->fields[i])) {
            n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%.*s", n > 0 ? " " : "",
                                  (int)r->fields[i].path.len, (const char *)r->fields[i].path.ptr);
        }
    }
    return text;
}

static bool is_subject(const struct field *f)
{
    return (f->facts & FACT_SUBJECT) != 0;
}

static bool is_school(const struct field *f)
{
    return (f->facts & FACT_SCHOOL) != 0;
}

static bool is_grade(const struct field *f)
{
    return (f->facts & FACT_GRADE) != 0;
}

static bool is_role(const struct field *f)
{
    return (f->facts & FACT_ROLE) != 0;
}

static bool is_guard(const struct field *f)
{
    return f->guards_item;
}

static bool is_barred(const struct field *f)
{
    return f->bar != BAR_NONE;
}

static bool is_required(const struct field *f)
{
    return f->required;
}

static bool has_placeholder(const struct field *f)
{
    return f->placeholder.len > 0;
}

static bool is_homeless_label(const struct field *f)
{
    return (f->labels & LABEL_HOMELESS) != 0;
}

static bool has_label(const struct field *f)
{
    return f->labels != 0;
}

static void facts_are_marked_where_a_record_speaks_of_a_person(void **state)
{
    (void)state;
    assert_string_equal(paths("users", is_subject), "sourcedId");
    assert_string_equal(paths("demographics", is_subject), "sourcedId");
    assert_string_equal(paths("enrollments", is_subject), "user");
    assert_string_equal(paths("classes", is_subject), "");
    assert_string_equal(paths("users", is_school), "roles.org primaryOrg");
    assert_string_equal(paths("enrollments", is_school), "school");
    assert_string_equal(paths("classes", is_school), "school");
    assert_string_equal(paths("courses", is_school), "org");
    assert_string_equal(paths("users", is_grade), "grades");
    assert_string_equal(paths("classes", is_grade), "grades");
    assert_string_equal(paths("users", is_role), "roles.role");
    assert_string_equal(paths("enrollments", is_role), "role");
    assert_string_equal(paths("users", is_guard), "roles.role");
    assert_string_equal(paths("enrollments", is_guard), "");
    assert_string_equal(paths("users", is_barred), "userIds.type userIds.identifier");
}

static void strict_clients_find_what_they_require(void **state)
{
    (void)state;
    assert_string_equal(paths("users", is_required),
                        "sourcedId status dateLastModified userIds.type userIds.identifier "
                        "enabledUser givenName familyName roles roles.roleType roles.role "
                        "roles.org userProfiles.profileId userProfiles.profileType "
                        "userProfiles.vendorId userProfiles.credentials.type "
                        "userProfiles.credentials.username");
    assert_string_equal(paths("demographics", is_required), "sourcedId status dateLastModified");
    assert_string_equal(paths("enrollments", is_required),
                        "sourcedId status dateLastModified user class school role primary");
    assert_string_equal(paths("classes", is_required),
                        "sourcedId status dateLastModified title course school terms");
    assert_string_equal(paths("orgs", is_required),
                        "sourcedId status dateLastModified name type identifier");
    assert_string_equal(paths("courses", is_required),
                        "sourcedId status dateLastModified title courseCode");
    assert_string_equal(paths("terms", is_required),
                        "sourcedId status dateLastModified title startDate endDate type "
                        "schoolYear");
    assert_string_equal(paths("users", has_placeholder), "enabledUser givenName familyName");
    assert_string_equal(paths("classes", has_placeholder), "title");
    assert_string_equal(paths("enrollments", has_placeholder), "primary");
}

static void l5_only_the_residence_status_is_labelled(void **state)
{
    (void)state;
    assert_string_equal(paths("demographics", has_label), "publicSchoolResidenceStatus");
    assert_string_equal(paths("demographics", is_homeless_label), "publicSchoolResidenceStatus");
    assert_string_equal(paths("users", has_label), "");
}

static void direct_identifiers_have_their_paragraph_of_99_3(void **state)
{
    static const struct {
        const char *resource, *path;
        char paragraph;
    } rows[] = {{"users", "givenName", 'a'},        {"users", "agents", 'b'},
                {"users", "sourcedId", 'd'},        {"users", "userIds.identifier", 'd'},
                {"demographics", "birthDate", 'e'}, {"demographics", "cityOfBirth", 'e'},
                {"demographics", "sex", 'f'},       {"enrollments", "class", 'f'},
                {"users", "enabledUser", '-'},      {"classes", "title", '-'}};
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        const struct field *f = resource_field(resource(rows[i].resource), span_str(rows[i].path));
        assert_int_equal(f->ferpa_class, rows[i].paragraph);
    }
}

static void types_and_words_are_those_of_the_binding(void **state)
{
    const struct resource *u = resource("users");
    const struct field *role = resource_field(u, SPAN("roles.role"));
    const struct field *grades = resource_field(u, SPAN("grades"));
    const struct field *sex = resource_field(resource("demographics"), SPAN("sex"));
    const struct field *terms = resource_field(resource("classes"), SPAN("terms"));
    enum role class;
    (void)state;
    assert_int_equal(role->word_count, 12);
    for (size_t i = 0; i < role->word_count; i++) {
        assert_true(role_of_word(role->words[i], &class));
    }
    assert_false(role->extensible);
    assert_int_equal(grades->type, TYPE_GRADE);
    assert_true(grades->list);
    assert_int_equal(grades->word_count, 24);
    assert_int_equal(sex->word_count, 4);
    assert_int_equal(terms->kind, FIELD_REF);
    assert_int_equal(terms->ref, REF_ACADEMIC_SESSION);
    assert_true(terms->list);
    assert_int_equal(resource_field(u, SPAN("enabledUser"))->type, TYPE_BOOLEAN);
    assert_int_equal(resource_field(u, SPAN("email"))->type, TYPE_EMAIL);
    assert_int_equal(resource_field(u, SPAN("dateLastModified"))->type, TYPE_DATETIME);
    assert_int_equal(resource_field(resource("terms"), SPAN("schoolYear"))->type, TYPE_YEAR);
}

/* --- lookups ------------------------------------------------------------------- */

static void every_member_is_found_by_key_and_by_path(void **state)
{
    (void)state;
    for (size_t i = 0; i < catalog_resource_count(catalog); i++) {
        const struct resource *r = catalog_resource(catalog, i);
        for (size_t k = 0; k < r->field_count; k++) {
            const struct field *f = &r->fields[k];
            assert_int_equal(f->number, k);
            assert_true(f->parent == CATALOG_ROOT || f->parent < k);
            assert_ptr_equal(resource_member(r, f->parent, f->name), f);
            assert_ptr_equal(resource_field(r, f->path), f);
            assert_null(resource_member(r, f->parent, span_sub(f->name, 0, f->name.len - 1)));
            assert_null(resource_member(r, f->number, f->name));
        }
    }
}

static void members_are_told_apart_by_case_parent_and_length(void **state)
{
    const struct resource *r = resource("users");
    const struct field *roles = resource_member(r, CATALOG_ROOT, SPAN("roles"));
    (void)state;
    assert_non_null(resource_member(r, roles->number, SPAN("role")));
    assert_null(resource_member(r, CATALOG_ROOT, SPAN("role")));
    assert_null(resource_member(r, CATALOG_ROOT, SPAN("Email")));
    assert_null(resource_member(r, CATALOG_ROOT, SPAN("")));
    assert_null(resource_member(r, CATALOG_ROOT, SPAN("email ")));
    assert_null(resource_member(r, CATALOG_ROOT, SPAN("preferredGivenName")));
    assert_null(resource_member(r, 0xFFFE, SPAN("email")));
}

/* By hand from the list of OneRoster 1.2's operations: those that read, without the nested. */
static const struct service {
    const char *base;
    const char *names[16];
} services[] = {
    {"ims/oneroster/rostering/v1p2",
     {"academicSessions", "terms", "gradingPeriods", "orgs", "schools", "courses", "classes",
      "users", "students", "teachers", "demographics", "enrollments"}},
    {"ims/oneroster/gradebook/v1p2",
     {"categories", "lineItems", "results", "scoreScales", "assessmentLineItems",
      "assessmentResults"}},
    {"ims/oneroster/resources/v1p2", {"resources"}},
};

static size_t full_path(const char *base, const char *name, struct span *out)
{
    struct span rest = span_str(base);
    size_t n = 0;
    while (rest.len > 0) {
        out[n++] = span_cut(&rest, '/');
    }
    out[n] = span_str(name);
    out[n + 1] = SPAN("x 1");
    return n + 1;
}

static void check_route(const char *base, const char *name)
{
    struct span path[8];
    size_t n = full_path(base, name, path);
    struct route route = {0};
    char want[64];
    assert_true(catalog_route_path(catalog, path, n, &route));
    assert_false(route.item);
    assert_true(span_eq_str(route.resource->name, name));
    (void)snprintf(want, sizeof(want), "/%s", name);
    assert_true(span_eq_str(route.template, want));
    assert_true(catalog_route_path(catalog, path, n + 1, &route));
    assert_true(route.item && span_eq_str(route.id, "x 1"));
    (void)snprintf(want, sizeof(want), "/%s/{sourcedId}", name);
    assert_true(span_eq_str(route.template, want));
    assert_true(catalog_route(catalog, path + n - 1, 2, &route) && route.item);
}

static void routes_are_the_paths_of_their_services_and_no_other(void **state)
{
    size_t count = 0;
    (void)state;
    for (size_t s = 0; s < LEN(services); s++) {
        for (size_t i = 0; services[s].names[i] != NULL; i++, count++) {
            check_route(services[s].base, services[s].names[i]);
            for (size_t other = 0; other < LEN(services); other++) {
                struct span path[8];
                struct route route;
                size_t n = full_path(services[other].base, services[s].names[i], path);
                assert_true(catalog_route_path(catalog, path, n, &route) == (other == s));
            }
        }
    }
    assert_int_equal(catalog_resource_count(catalog), count);
    assert_null(catalog_resource(catalog, count));
}

static void unknown_paths_match_nothing_and_leave_the_route_alone(void **state)
{
    const struct span bad[][3] = {
        {SPAN("Users"), SPAN("1"), SPAN("")},  {SPAN("user"), SPAN("1"), SPAN("")},
        {SPAN("result"), SPAN("1"), SPAN("")}, {SPAN(""), SPAN("1"), SPAN("")},
        {SPAN("users"), SPAN(""), SPAN("")},   {SPAN("schools"), SPAN("1"), SPAN("students")},
    };
    struct route route = {.id = SPAN("untouched")};
    (void)state;
    assert_false(catalog_route(catalog, bad[0], 0, &route));
    for (size_t i = 0; i < LEN(bad); i++) {
        assert_false(catalog_route(catalog, bad[i], i < 4 ? 1 : i == 4 ? 2 : 3, &route));
    }
    assert_true(span_eq_str(route.id, "untouched"));
    assert_true(span_eq_str(catalog_base(catalog), "/ims/oneroster/rostering/v1p2"));
    assert_true(span_eq_str(catalog_name(catalog), "oneroster-1.2"));
}

static void envelopes_and_ids_are_those_of_the_binding(void **state)
{
    static const struct {
        const char *name, *many, *one;
        enum ref_type ref;
        bool person;
    } rows[] = {
        {"terms", "academicSessions", "academicSession", REF_ACADEMIC_SESSION, false},
        {"gradingPeriods", "academicSessions", "academicSession", REF_ACADEMIC_SESSION, false},
        {"schools", "orgs", "org", REF_ORG, false},
        {"courses", "courses", "course", REF_COURSE, false},
        {"classes", "classes", "class", REF_CLASS, false},
        {"students", "users", "user", REF_USER, true},
        {"teachers", "users", "user", REF_USER, true},
        {"demographics", "demographics", "demographics", REF_DEMOGRAPHICS, true},
        {"enrollments", "enrollments", "enrollment", REF_ENROLLMENT, false},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        const struct resource *r = resource(rows[i].name);
        assert_true(span_eq_str(r->collection, rows[i].many));
        assert_true(span_eq_str(r->item, rows[i].one));
        assert_int_equal(r->ref, rows[i].ref);
        assert_int_equal(r->is_person, rows[i].person);
        assert_int_equal(r->item_params, PARAM_FIELDS);
        assert_int_equal(r->collection_params, 127);
    }
}

static void ssn_words_and_numbers_bar_their_item(void **state)
{
    const struct field *word = resource_field(resource("users"), SPAN("userIds.type"));
    const struct field *number = resource_field(resource("users"), SPAN("userIds.identifier"));
    static const char *const bad[] = {"SSN",
                                      "ssn",
                                      "S.S.N.",
                                      "Student_SSN",
                                      "US-SSN",
                                      "ssn4",
                                      "Social Security Number",
                                      "soc sec",
                                      "",
                                      "\xEF\xBC\xB3SN"};
    static const char *const good[] = {"Fed", "LDAP", "stateId", "s", "SIS Number"};
    (void)state;
    for (size_t i = 0; i < LEN(bad); i++) {
        assert_true(field_bars_item(word, span_str(bad[i])));
    }
    for (size_t i = 0; i < LEN(good); i++) {
        assert_false(field_bars_item(word, span_str(good[i])));
    }
    assert_true(field_bars_item(number, SPAN("123-45-6789")));
    assert_true(field_bars_item(number, SPAN(" 123 45 6789 ")));
    assert_true(field_bars_item(number, SPAN("123\xE2\x80\x93"
                                             "45\xE2\x80\x93"
                                             "6789")));
    assert_false(field_bars_item(number, SPAN("123456789")));
    assert_false(field_bars_item(number, SPAN("123-45-678")));
    assert_false(field_bars_item(number, SPAN("A123-45-6789")));
    assert_false(field_bars_item(number, SPAN("123-45-6789-1")));
    assert_false(field_bars_item(resource_field(resource("users"), SPAN("email")), SPAN("ssn")));
}

static void role_words_have_one_class_each(void **state)
{
    static const struct {
        const char *word;
        enum role role;
    } rows[] = {{"student", ROLE_STUDENT},
                {"guardian", ROLE_GUARDIAN},
                {"parent", ROLE_GUARDIAN},
                {"relative", ROLE_GUARDIAN},
                {"teacher", ROLE_TEACHER},
                {"aide", ROLE_STAFF},
                {"counselor", ROLE_STAFF},
                {"principal", ROLE_STAFF},
                {"proctor", ROLE_STAFF},
                {"administrator", ROLE_STAFF},
                {"districtAdministrator", ROLE_STAFF},
                {"siteAdministrator", ROLE_STAFF},
                {"systemAdministrator", ROLE_STAFF}};
    static const char *const unknown[] = {"Student", "students", "ext:coach", "", "pupil"};
    enum role role;
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        assert_true(role_of_word(span_str(rows[i].word), &role));
        assert_int_equal(role, rows[i].role);
    }
    role = ROLE_COUNT;
    for (size_t i = 0; i < LEN(unknown); i++) {
        assert_false(role_of_word(span_str(unknown[i]), &role));
    }
    assert_int_equal(role, ROLE_COUNT);
    assert_string_equal(role_word(ROLE_NONE), "records");
    assert_string_equal(ref_path(REF_CLASS), "classes");
    assert_string_equal(ref_word(REF_ACADEMIC_SESSION), "academicSession");
}

static int load(void **state)
{
    (void)state;
    catalog = test_catalog();
    return 0;
}

static int unload(void **state)
{
    (void)state;
    catalog_free(&catalog);
    catalog_free(&catalog);
    return catalog == NULL ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_are_marked_where_a_record_speaks_of_a_person),
        cmocka_unit_test(strict_clients_find_what_they_require),
        cmocka_unit_test(l5_only_the_residence_status_is_labelled),
        cmocka_unit_test(direct_identifiers_have_their_paragraph_of_99_3),
        cmocka_unit_test(types_and_words_are_those_of_the_binding),
        cmocka_unit_test(every_member_is_found_by_key_and_by_path),
        cmocka_unit_test(members_are_told_apart_by_case_parent_and_length),
        cmocka_unit_test(routes_are_the_paths_of_their_services_and_no_other),
        cmocka_unit_test(unknown_paths_match_nothing_and_leave_the_route_alone),
        cmocka_unit_test(envelopes_and_ids_are_those_of_the_binding),
        cmocka_unit_test(ssn_words_and_numbers_bar_their_item),
        cmocka_unit_test(role_words_have_one_class_each),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
