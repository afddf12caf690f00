/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shipped catalog against a table worked out by hand from the OneRoster 1.2
 * binding and Exhibit B of the NDPA (SAFETY F1: the element is a function of
 * field and role).
 */
#include "policy/catalog.h"

#include "policy/vocabulary.h"
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

/* --- the table ----------------------------------------------------------------- */

/* Grants: "" nobody, "=" structure, "+" with the resource, "!" by name, else by element. */
struct row {
    const char *path;
    const char *student, *guardian, *teacher, *staff;
};

#define NAME                "Student Name / First and/or Last"
#define PNAME               "Parent/Guardian Name / First and/or Last"
#define LOCAL               "Student Identifiers / Local (School district) ID number"
#define STATE               "!Student Identifiers / State ID number"
#define LOGIN               "Student Identifiers / Student app username"
#define PID                 "Parent/Guardian ID / Parent ID number (created to link parents to students)"
#define SCHOOL              "Enrollment / Student school enrollment"
#define COURSES             "Schedule / Student scheduled courses"
#define RACE                "Demographics / Ethnicity or race"
#define BORN                "Demographics / Place of Birth"
#define STAFF(word)         "Staff / " word, "Staff / " word
#define STAFF_BY_NAME(word) "!Staff / " word, "!Staff / " word
#define STRUCTURE           "=", "=", "=", "="
#define NOBODY              "", "", "", ""

static const struct row user_rows[] = {
    {"sourcedId", STRUCTURE},
    {"status", STRUCTURE},
    {"dateLastModified", STRUCTURE},
    {"userMasterIdentifier", LOCAL, PID, STAFF("Identifiers")},
    {"username", LOGIN, "", STAFF("Username")},
    {"userIds.type", STATE, "!" PID, STAFF_BY_NAME("Identifiers")},
    {"userIds.identifier", STATE, "!" PID, STAFF_BY_NAME("Identifiers")},
    {"enabledUser", STRUCTURE},
    {"givenName", NAME, PNAME, STAFF("Name")},
    {"familyName", NAME, PNAME, STAFF("Name")},
    {"middleName", NAME, PNAME, STAFF("Name")},
    {"preferredFirstName", NAME, PNAME, STAFF("Name")},
    {"preferredMiddleName", NAME, PNAME, STAFF("Name")},
    {"preferredLastName", NAME, PNAME, STAFF("Name")},
    {"pronouns", "Demographics / Gender", "", "", ""},
    {"roles.roleType", STRUCTURE},
    {"roles.role", STRUCTURE},
    {"roles.org", STRUCTURE},
    {"roles.userProfile", LOGIN, "", STAFF("Username")},
    {"roles.beginDate", SCHOOL, "", STAFF("Schools")},
    {"roles.endDate", SCHOOL, "", STAFF("Schools")},
    {"userProfiles.profileId", LOGIN, "", STAFF("Username")},
    {"userProfiles.profileType", LOGIN, "", STAFF("Username")},
    {"userProfiles.vendorId", LOGIN, "", STAFF("Username")},
    {"userProfiles.applicationId", LOGIN, "", STAFF("Username")},
    {"userProfiles.description", "!" LOGIN, "", STAFF_BY_NAME("Username")},
    {"userProfiles.credentials.type", LOGIN, "", STAFF("Username")},
    {"userProfiles.credentials.username", LOGIN, "", STAFF("Username")},
    {"userProfiles.credentials.password", NOBODY},
    {"primaryOrg", SCHOOL, "", STAFF("Schools")},
    {"identifier", LOCAL, PID, STAFF("Identifiers")},
    {"email", "Student Contact Information / Email", "Parent/Guardian Contact Information / Email",
     STAFF("Email")},
    {"sms", "Student Contact Information / Phone", "Parent/Guardian Contact Information / Phone",
     STAFF("Phone")},
    {"phone", "Student Contact Information / Phone", "Parent/Guardian Contact Information / Phone",
     STAFF("Phone")},
    {"agents", PID, PID, "", ""},
    {"grades", "Enrollment / Student grade level", "", STAFF("Classes")},
    {"password", NOBODY},
    {"resources",
     "Student Program Membership / Academic or extracurricular activities a student may belong "
     "to or participate in",
     "", STAFF("Classes")},
};

static const struct row demographics_rows[] = {
    {"sourcedId", "=", "", "", ""},
    {"status", "=", "", "", ""},
    {"dateLastModified", "=", "", "", ""},
    {"birthDate", "Demographics / Date of Birth", "", "", ""},
    {"sex", "Demographics / Gender", "", "", ""},
    {"americanIndianOrAlaskaNative", RACE, "", "", ""},
    {"asian", RACE, "", "", ""},
    {"blackOrAfricanAmerican", RACE, "", "", ""},
    {"nativeHawaiianOrOtherPacificIslander", RACE, "", "", ""},
    {"white", RACE, "", "", ""},
    {"demographicRaceTwoOrMoreRaces", RACE, "", "", ""},
    {"hispanicOrLatinoEthnicity", RACE, "", "", ""},
    {"countryOfBirthCode", BORN, "", "", ""},
    {"stateOfBirthAbbreviation", BORN, "", "", ""},
    {"cityOfBirth", BORN, "", "", ""},
    {"publicSchoolResidenceStatus", "Special Indicator / Living situations (homeless/foster care)",
     "", "", ""},
};

static const struct row enrollment_rows[] = {
    {"sourcedId", "=", "", "=", "="},
    {"status", "=", "", "=", "="},
    {"dateLastModified", "=", "", "=", "="},
    {"user", COURSES, "", STAFF("Classes")},
    {"class", COURSES, "", STAFF("Classes")},
    {"school", COURSES, "", STAFF("Classes")},
    {"role", "=", "", "=", "="},
    {"primary", "=", "", "=", "="},
    {"beginDate", COURSES, "", STAFF("Classes")},
    {"endDate", COURSES, "", STAFF("Classes")},
};

#define GRADES  "Transcript / Student course grades", "", "", ""
#define SCORES  "Assessment / Standardized test scores", "", "", ""
#define STUDENT "=", "", "", ""

static const struct row result_rows[] = {
    {"sourcedId", STUDENT},
    {"status", STUDENT},
    {"dateLastModified", STUDENT},
    {"lineItem", GRADES},
    {"student", GRADES},
    {"class", GRADES},
    {"scoreScale", GRADES},
    {"scoreStatus", GRADES},
    {"score", GRADES},
    {"textScore", GRADES},
    {"scoreDate", GRADES},
    {"comment", "!" GRADES},
    {"learningObjectiveSet.source", GRADES},
    {"learningObjectiveSet.learningObjectiveResults.learningObjectiveId", GRADES},
    {"learningObjectiveSet.learningObjectiveResults.score", GRADES},
    {"learningObjectiveSet.learningObjectiveResults.textScore", GRADES},
    {"inProgress", GRADES},
    {"incomplete", GRADES},
    {"late", GRADES},
    {"missing", GRADES},
};

static const struct row assessment_result_rows[] = {
    {"sourcedId", STUDENT},
    {"status", STUDENT},
    {"dateLastModified", STUDENT},
    {"assessmentLineItem", SCORES},
    {"student", SCORES},
    {"scoreScale", SCORES},
    {"scoreStatus", SCORES},
    {"score", SCORES},
    {"textScore", SCORES},
    {"scoreDate", SCORES},
    {"scorePercentile", SCORES},
    {"comment", "!" SCORES},
    {"learningObjectiveSet.source", SCORES},
    {"learningObjectiveSet.learningObjectiveResults.learningObjectiveId", SCORES},
    {"learningObjectiveSet.learningObjectiveResults.score", SCORES},
    {"learningObjectiveSet.learningObjectiveResults.textScore", SCORES},
    {"inProgress", SCORES},
    {"incomplete", SCORES},
    {"late", SCORES},
    {"missing", SCORES},
};

/* Records about nobody: one column is enough. */
struct thing_row {
    const char *path;
    const char *grant;
};

static const struct thing_row session_rows[] = {
    {"sourcedId", "="}, {"status", "="},    {"dateLastModified", "="},
    {"title", "!"},     {"startDate", "="}, {"endDate", "="},
    {"type", "="},      {"parent", "+"},    {"children", "+"},
    {"schoolYear", "="}};
static const struct thing_row org_rows[] = {
    {"sourcedId", "="}, {"status", "="},     {"dateLastModified", "="}, {"name", "+"},
    {"type", "="},      {"identifier", "+"}, {"parent", "+"},           {"children", "+"}};
static const struct thing_row course_rows[] = {
    {"sourcedId", "="},  {"status", "="},       {"dateLastModified", "="}, {"title", "!"},
    {"schoolYear", "+"}, {"courseCode", "+"},   {"grades", "+"},           {"subjects", "+"},
    {"org", "+"},        {"subjectCodes", "+"}, {"resources", "+"}};
static const struct thing_row class_rows[] = {
    {"sourcedId", "="},    {"status", "="},    {"dateLastModified", "="}, {"title", "!"},
    {"classCode", "!"},    {"classType", "+"}, {"location", "!"},         {"grades", "+"},
    {"subjects", "+"},     {"course", "="},    {"school", "="},           {"terms", "="},
    {"subjectCodes", "+"}, {"periods", "+"},   {"resources", "+"}};

static const struct thing_row category_rows[] = {{"sourcedId", "="},
                                                 {"status", "="},
                                                 {"dateLastModified", "="},
                                                 {"title", "!"},
                                                 {"weight", "+"}};
static const struct thing_row line_item_rows[] = {
    {"sourcedId", "="},
    {"status", "="},
    {"dateLastModified", "="},
    {"title", "!"},
    {"description", "!"},
    {"assignDate", "="},
    {"dueDate", "="},
    {"class", "="},
    {"school", "="},
    {"category", "="},
    {"gradingPeriod", "+"},
    {"academicSession", "+"},
    {"scoreScale", "+"},
    {"resultValueMin", "+"},
    {"resultValueMax", "+"},
    {"learningObjectiveSet.source", "+"},
    {"learningObjectiveSet.learningObjectiveIds", "+"}};
static const struct thing_row scale_rows[] = {{"sourcedId", "="},
                                              {"status", "="},
                                              {"dateLastModified", "="},
                                              {"title", "!"},
                                              {"type", "+"},
                                              {"class", "="},
                                              {"course", "+"},
                                              {"scoreScaleValue.itemValueLHS", "+"},
                                              {"scoreScaleValue.itemValueRHS", "+"},
                                              {"scoreScaleValue.value", "+"},
                                              {"scoreScaleValue.description", "!"}};
static const struct thing_row assessment_rows[] = {
    {"sourcedId", "="},
    {"status", "="},
    {"dateLastModified", "="},
    {"title", "!"},
    {"description", "!"},
    {"class", "+"},
    {"parentAssessmentLineItem", "+"},
    {"scoreScale", "+"},
    {"resultValueMin", "+"},
    {"resultValueMax", "+"},
    {"learningObjectiveSet.source", "+"},
    {"learningObjectiveSet.learningObjectiveIds", "+"}};
static const struct thing_row resource_rows[] = {
    {"sourcedId", "="},    {"status", "="},     {"dateLastModified", "="}, {"title", "!"},
    {"roles", "+"},        {"importance", "+"}, {"vendorResourceId", "+"}, {"vendorId", "+"},
    {"applicationId", "+"}};

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* A grant as the table writes it. */
static const char *grant_text(const struct field_grant *g, enum role role)
{
    static char text[256];
    switch (g->by) {
    case GRANT_NEVER:
        return "";
    case GRANT_STRUCTURE:
        return "=";
    case GRANT_NAME:
    case GRANT_ELEMENT:
        break;
    }
    const char *sign = g->by == GRANT_NAME ? "!" : "";
    if (role == ROLE_NONE) {
        return g->by == GRANT_NAME ? "!" : "+";
    }
    (void)snprintf(text, sizeof(text), "%s%.*s / %.*s", sign, (int)g->category.len,
                   (const char *)g->category.ptr, (int)g->element.len,
                   (const char *)g->element.ptr);
    return text;
}

static size_t count_leaves(const struct resource *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->field_count; i++) {
        n += r->fields[i].kind != FIELD_OBJECT;
    }
    return n;
}

/* `roles`: which columns the resource has; the others must grant nothing. */
static void check_people(const char *name, const struct row *rows, size_t n, role_mask roles)
{
    const struct resource *r = resource(name);
    assert_int_equal(r->roles, roles);
    assert_int_equal(count_leaves(r), n);
    for (size_t i = 0; i < n; i++) {
        const struct field *f = resource_field(r, span_str(rows[i].path));
        const char *want[ROLE_COUNT] = {rows[i].student, rows[i].guardian, rows[i].teacher,
                                        rows[i].staff, ""};
        assert_non_null(f);
        for (unsigned role = 0; role < ROLE_COUNT; role++) {
            assert_string_equal(grant_text(&f->grant[role], (enum role)role),
                                (roles & ROLE_BIT(role)) != 0 ? want[role] : "");
        }
    }
}

static void check_things(const char *name, const struct thing_row *rows, size_t n)
{
    const struct resource *r = resource(name);
    assert_int_equal(r->roles, ROLE_BIT(ROLE_NONE));
    assert_int_equal(count_leaves(r), n);
    for (size_t i = 0; i < n; i++) {
        const struct field *f = resource_field(r, span_str(rows[i].path));
        assert_non_null(f);
        for (unsigned role = 0; role < ROLE_NONE; role++) {
            assert_int_equal(f->grant[role].by, GRANT_NEVER);
        }
        const struct field_grant *g = &f->grant[ROLE_NONE];
        assert_string_equal(grant_text(g, ROLE_NONE), rows[i].grant);
        assert_true(span_eq_str(g->category, g->by == GRANT_STRUCTURE ? "" : name));
    }
}

enum {
    S = ROLE_BIT(ROLE_STUDENT),
    G = ROLE_BIT(ROLE_GUARDIAN),
    T = ROLE_BIT(ROLE_TEACHER),
    F = ROLE_BIT(ROLE_STAFF),
};

static void f1_every_field_has_the_element_of_its_role(void **state)
{
    (void)state;
    check_people("users", user_rows, LEN(user_rows), S | G | T | F);
    check_people("students", user_rows, LEN(user_rows), S);
    check_people("teachers", user_rows, LEN(user_rows), T);
    check_people("demographics", demographics_rows, LEN(demographics_rows), S);
    check_people("enrollments", enrollment_rows, LEN(enrollment_rows), S | T | F);
    check_people("results", result_rows, LEN(result_rows), S);
    check_people("assessmentResults", assessment_result_rows, LEN(assessment_result_rows), S);
}

static void records_about_nobody_are_granted_by_their_resource(void **state)
{
    (void)state;
    check_things("academicSessions", session_rows, LEN(session_rows));
    check_things("terms", session_rows, LEN(session_rows));
    check_things("gradingPeriods", session_rows, LEN(session_rows));
    check_things("orgs", org_rows, LEN(org_rows));
    check_things("schools", org_rows, LEN(org_rows));
    check_things("courses", course_rows, LEN(course_rows));
    check_things("classes", class_rows, LEN(class_rows));
    check_things("categories", category_rows, LEN(category_rows));
    check_things("lineItems", line_item_rows, LEN(line_item_rows));
    check_things("scoreScales", scale_rows, LEN(scale_rows));
    check_things("assessmentLineItems", assessment_rows, LEN(assessment_rows));
    check_things("resources", resource_rows, LEN(resource_rows));
}

/* Whose data a category of Exhibit B is. */
static role_mask owners(struct span category, const char *path)
{
    if (span_eq_str(category, "Staff")) {
        return T | F;
    }
    if (span_starts(category, SPAN("Parent/Guardian "))) {
        return strcmp(path, "agents") == 0 ? S | G : G;
    }
    return S;
}

static void f1_no_element_reaches_another_role(void **state)
{
    (void)state;
    for (size_t i = 0; i < catalog_resource_count(catalog); i++) {
        const struct resource *r = catalog_resource(catalog, i);
        for (size_t k = 0; k < r->field_count * ROLE_NONE; k++) {
            const struct field *f = &r->fields[k / ROLE_NONE];
            unsigned role = k % ROLE_NONE;
            const struct field_grant *g = &f->grant[role];
            if (g->category.len > 0) {
                char path[128] = {0};
                memcpy(path, f->path.ptr, f->path.len);
                assert_true((owners(g->category, path) & ROLE_BIT(role)) != 0);
                assert_non_null(element_find(g->category, g->element));
            }
        }
    }
}

static void passwords_are_granted_to_nobody(void **state)
{
    unsigned seen = 0;
    (void)state;
    for (size_t i = 0; i < catalog_resource_count(catalog); i++) {
        const struct resource *r = catalog_resource(catalog, i);
        for (size_t k = 0; k < r->field_count; k++) {
            if (!field_name_is_secret(r->fields[k].name)) {
                continue;
            }
            seen++;
            for (unsigned role = 0; role < ROLE_COUNT; role++) {
                assert_int_equal(r->fields[k].grant[role].by, GRANT_NEVER);
            }
        }
    }
    assert_int_equal(seen, 2 * 3); /* two in each of users, students, teachers */
}

static void metadata_is_no_field(void **state)
{
    (void)state;
    for (size_t i = 0; i < catalog_resource_count(catalog); i++) {
        const struct resource *r = catalog_resource(catalog, i);
        assert_null(resource_member(r, CATALOG_ROOT, SPAN("metadata")));
        assert_null(resource_field(r, SPAN("metadata")));
    }
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
        cmocka_unit_test(f1_every_field_has_the_element_of_its_role),
        cmocka_unit_test(records_about_nobody_are_granted_by_their_resource),
        cmocka_unit_test(f1_no_element_reaches_another_role),
        cmocka_unit_test(passwords_are_granted_to_nobody),
        cmocka_unit_test(metadata_is_no_field),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
