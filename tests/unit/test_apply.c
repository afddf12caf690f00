/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each transform makes of a value, by the redactor, in whole records. Dates,
 * bands and numbers were worked out by hand; codes, aliases and shifts by
 * tests/support/transforms.py (HKDF and CMAC of Python's cryptography), from the
 * master key 00 01 .. 1f and partner "acme".
 */
#include "base/mem.h"
#include "tests/support/redact_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define JSON(text)                                                                                 \
    {                                                                                              \
        (const uint8_t *)("\"" text "\""), sizeof(text) + 1                                        \
    }
#define TEXT(text)                                                                                 \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* Plans a resource for students with one field shared, keys and all. */
static void plan(const char *resource, const char *path, struct field_rule rule)
{
    world_plan(&case_world, resource);
    assert_true(world_keys(&case_world));
    world_share_rule(&case_world, ROLE_STUDENT, path, rule);
    case_world.agreement.schools = &case_world.schools;
    case_run.bytes_only = true;
}

/* The record of `id` with one more member; true if that member left as `want` (NULL: not). */
static bool leaves(const char *id, const char *path, const char *json, const char *want)
{
    char record[1024], member[256];
    bool user = span_eq(case_world.plan.resource->item, SPAN("user"));

    (void)snprintf(record, sizeof(record), "{\"sourcedId\":\"%s\"%s,\"%s\":%s}", id,
                   user ? ",\"roles\":[{\"role\":\"student\",\"roleType\":\"primary\",\"org\":"
                          "{\"sourcedId\":\"school-0\"}}]"
                        : "",
                   path, json);
    (void)snprintf(member, sizeof(member), "\"%s\":%s", path, want == NULL ? "" : want);
    assert_int_equal(case_record(record), OK);
    assert_int_equal(case_run.released, 1);
    bool found = strstr(case_log(), member) != NULL;

    if (found != (want != NULL)) {
        print_error("%s: %s gave %s\n", path, json, case_log());
    }
    return found == (want != NULL);
}

struct row {
    const char *from; /* JSON */
    const char *to;   /* JSON, or NULL: dropped */
};

static void check_rows(const char *resource, const char *path, struct field_rule rule,
                       const struct row *rows, size_t n)
{
    plan(resource, path, rule);
    for (size_t i = 0; i < n; i++) {
        assert_true(leaves("stu-0", path, rows[i].from, rows[i].to));
    }
}

#define CHECK(resource, path, rule, rows) check_rows(resource, path, rule, rows, COUNT(rows))

/* --- keyed ---------------------------------------------------------------------------- */

#define ANNA "\"qz6ixjnb3g44dvz37jvwpmkqke\""

static void F4_a_code_stands_for_the_value_under_the_fields_key(void **state)
{
    static const struct row rows[] = {
        {"\"anna\"", ANNA},
        {"\"\\u0061nna\"", ANNA}, /* the value counts, not its spelling */
        {"\"Zo\xC3\xAB\"", "\"npvwea24sknfzxmxqfhmhb36qi\""},
        {"\"\"", NULL},
        {"7", NULL},
        {"null", NULL},
    };
    const struct field_rule rule = {.transform = TRANSFORM_CODE};

    (void)state;
    CHECK("users", "username", rule, rows);
    CHECK("students", "username", rule, rows); /* the same field of the same people */
    plan("users", "identifier", rule);
    assert_true(leaves("stu-0", "identifier", "\"anna\"", "\"4udk4zq37zsvgron3u732k2zpa\""));
}

static void F4_a_code_is_the_partners_or_the_agreements_and_of_its_epoch(void **state)
{
    struct agreement *a = &case_world.agreement;
    const struct agreement before = *a;
    const struct field_rule rule = {.transform = TRANSFORM_CODE};

    (void)state;
    a->partner = SPAN("library");
    plan("users", "username", rule);
    assert_true(leaves("stu-0", "username", "\"anna\"", "\"uj7pkiafvhqv5cwevebdvlpe2a\""));
    *a = before;
    a->epoch = 2;
    plan("users", "username", rule);
    assert_true(leaves("stu-0", "username", "\"anna\"", "\"my3uvegzygeh6gjqa2b7vpphxy\""));
    *a = before;
    a->ids_for_agreement = true;
    plan("users", "username", rule);
    assert_true(leaves("stu-0", "username", "\"anna\"", "\"d2tf3gg4w5wsicblchvcstrycy\""));
    *a = before;
}

static void F4_without_a_key_nothing_leaves(void **state)
{
    static const struct transform_args args = {.days = 30, .domain = TEXT("alias.invalid")};
    static const enum transform keyed[] = {TRANSFORM_CODE, TRANSFORM_ALIAS};

    (void)state;
    for (size_t i = 0; i < COUNT(keyed); i++) {
        plan("users", "email", (struct field_rule){.transform = keyed[i], .args = &args});
        field_keys_free(&case_world.keys);
        assert_true(leaves("stu-0", "email", "\"a@b.example\"", NULL));
    }
    plan("demographics", "birthDate",
         (struct field_rule){.transform = TRANSFORM_DATE_SHIFT, .args = &args});
    field_keys_free(&case_world.keys);
    assert_true(leaves("stu-0", "birthDate", "\"2012-02-29\"", NULL));
}

static void F4_an_alias_is_one_records_own_and_tells_nothing_of_the_value(void **state)
{
    static const struct transform_args args = {.domain = TEXT("alias.invalid")};
    const struct field_rule rule = {.transform = TRANSFORM_ALIAS, .args = &args};
    const char *mine = "\"ufbvlpwaeumxorb2nteulc3hhey@alias.invalid\"";

    (void)state;
    plan("users", "email", rule);
    assert_true(leaves("stu-0", "email", "\"a@b.example\"", mine));
    assert_true(leaves("stu-0", "email", "\"another@c.example\"", mine));
    assert_true(leaves("stu-3", "email", "\"a@b.example\"", "\"u"));
    assert_null(strstr(case_log(), "ufbvlpwaeumxorb2nteulc3hhey"));
    assert_true(leaves("stu-0", "email", "\"no address\"", NULL));
    plan("users", "givenName", (struct field_rule){.transform = TRANSFORM_ALIAS});
    assert_true(leaves("stu-0", "givenName", "\"Ana\"", "\"u6egaerre5x4oxteedqemoi2264\""));
    assert_true(leaves("stu-0", "givenName", "\"\"", "\"u6egaerre5x4oxteedqemoi2264\""));
}

static void F4_only_a_domain_that_is_listed_stays(void **state)
{
    static const struct span own[] = {TEXT("k12.example"), TEXT("riverside.example")};
    static const struct transform_args args = {
        .domain = TEXT("alias.invalid"), .domains = own, .domain_count = 2};
    static const struct row rows[] = {
        {"\"a@riverside.example\"", "\"ufbvlpwaeumxorb2nteulc3hhey@riverside.example\""},
        {"\"a@RIVERSIDE.Example\"", "\"ufbvlpwaeumxorb2nteulc3hhey@riverside.example\""},
        {"\"a@smith-family.example\"", "\"ufbvlpwaeumxorb2nteulc3hhey@alias.invalid\""},
        {"\"a@x.riverside.example\"", "\"ufbvlpwaeumxorb2nteulc3hhey@alias.invalid\""},
        {"\"a@riverside.example.\"", "\"ufbvlpwaeumxorb2nteulc3hhey@alias.invalid\""},
    };

    (void)state;
    CHECK("users", "email", ((struct field_rule){.transform = TRANSFORM_ALIAS, .args = &args}),
          rows);
    plan("users", "email", (struct field_rule){.transform = TRANSFORM_ALIAS});
    assert_true(leaves("stu-0", "email", "\"a@k12.example\"", NULL)); /* no argument, no alias */
}

static void F4_a_shift_is_the_students_own_and_never_nothing(void **state)
{
    static const struct {
        const char *id;
        uint32_t days;
        const char *leap, *year_end;
    } rows[] = {
        {"stu-0", 30, "\"2012-03-06\"", "\"2013-01-06\""},
        {"stu-0", 365, "\"2011-08-03\"", "\"2012-06-04\""},
        {"stu-1", 30, "\"2012-02-19\"", "\"2012-12-21\""},
        {"stu-3", 7, "\"2012-03-06\"", "\"2013-01-06\""},
        {"stu-4", 30, "\"2012-03-27\"", "\"2013-01-27\""},
        {"stu-4", 365, "\"2011-07-15\"", "\"2012-05-16\""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct transform_args args = {.days = rows[i].days};

        plan("demographics", "birthDate",
             (struct field_rule){.transform = TRANSFORM_DATE_SHIFT, .args = &args});
        assert_true(leaves(rows[i].id, "birthDate", "\"2012-02-29\"", rows[i].leap));
        assert_true(leaves(rows[i].id, "birthDate", "\"2012-12-31\"", rows[i].year_end));
        assert_true(leaves(rows[i].id, "birthDate", "\"2013-02-29\"", NULL));
        assert_true(leaves(rows[i].id, "birthDate", "\"\"", NULL));
    }
    plan("demographics", "birthDate", (struct field_rule){.transform = TRANSFORM_DATE_SHIFT});
    assert_true(leaves("stu-0", "birthDate", "\"2012-02-29\"", NULL));
}

/* A guardian has as many subjects as children; nobody's shift is another's. */
static void F4_a_date_of_nobody_or_of_several_students_is_not_shifted(void **state)
{
    static const struct transform_args args = {.days = 30};

    (void)state;
    world_plan(&case_world, "users");
    assert_true(world_keys(&case_world));
    world_share_rule(&case_world, ROLE_TEACHER, "roles.beginDate",
                     (struct field_rule){.transform = TRANSFORM_DATE_SHIFT, .args = &args});
    case_run.bytes_only = true;
    assert_int_equal(case_record("{\"sourcedId\":\"tea-0\",\"roles\":[{\"role\":\"teacher\","
                                 "\"beginDate\":\"2012-02-28\",\"roleType\":\"primary\","
                                 "\"org\":{\"sourcedId\":\"school-0\"}}]}"),
                     OK);
    assert_int_equal(case_run.released, 1);
    assert_null(strstr(case_log(), "beginDate"));
}

/* --- dates ----------------------------------------------------------------------------- */

static void F3_age_is_as_of_the_first_of_september_of_the_school_year(void **state)
{
    static const struct row winter[] = {
        /* 5 January 2026: 1 September 2025 */
        {"\"2012-09-01\"", "\"13\""},
        {"\"2012-09-02\"", "\"12\""},
        {"\"2012-08-31\"", "\"13\""},
        {"\"2025-09-01\"", "\"0\""},
        {"\"2025-09-02\"", NULL},
        {"\"2012-02-29\"", "\"13\""},
        {"\"1875-09-01\"", "\"150\""},
        {"\"1874-09-01\"", NULL},
        {"\"2013-02-29\"", NULL},
        {"\"01/02/2012\"", NULL},
        {"\"\"", NULL},
        {"20120901", NULL},
    };
    static const struct row june[] = {{"\"2012-09-01\"", "\"13\""}, {"\"2012-09-02\"", "\"12\""}};
    static const struct row july[] = {{"\"2012-09-01\"", "\"14\""}, {"\"2012-09-02\"", "\"13\""}};
    const struct field_rule rule = {.transform = TRANSFORM_AGE};

    (void)state;
    CHECK("demographics", "birthDate", rule, winter);
    plan("demographics", "birthDate", rule);
    case_world.plan.local_date = 20260630;
    for (size_t i = 0; i < 2; i++) {
        assert_true(leaves("stu-0", "birthDate", june[i].from, june[i].to));
    }
    case_world.plan.local_date = 20260701;
    for (size_t i = 0; i < 2; i++) {
        assert_true(leaves("stu-0", "birthDate", july[i].from, july[i].to));
    }
    case_world.plan.local_date = 0;
    assert_true(leaves("stu-0", "birthDate", "\"2012-09-01\"", NULL));
}

static void F2_years_and_months_come_of_real_dates_alone(void **state)
{
    static const struct row years[] = {{"\"2012-02-29\"", "\"2012\""}, {"\"2013-02-29\"", NULL}};
    static const struct row months[] = {
        {"\"2012-02-29\"", "\"2012-02\""}, {"\"2012-13-01\"", NULL}, {"\"2012\"", NULL}};

    (void)state;
    CHECK("demographics", "birthDate", ((struct field_rule){.transform = TRANSFORM_YEAR}), years);
    CHECK("demographics", "birthDate", ((struct field_rule){.transform = TRANSFORM_YEAR_MONTH}),
          months);
}

/* --- numbers and words ----------------------------------------------------------------- */

static void F2_bands_take_numbers_ages_and_grades_and_drop_the_rest(void **state)
{
    static const struct band list[] = {{0, JSON("0-4")}, {5, JSON("5-9")}, {10, JSON("10+")}};
    static const struct band above[] = {{10, JSON("06-08")}, {13, JSON("09+")}};
    static const struct transform_args args = {.bands = list, .band_count = 3};
    static const struct transform_args grades = {.bands = above, .band_count = 2};
    static const struct row numbers[] = {
        {"\"0\"", "\"0-4\""},
        {"\"4\"", "\"0-4\""},
        {"\"5\"", "\"5-9\""},
        {"\"007\"", "\"5-9\""},
        {"\"999999999\"", "\"10+\""},
        {"\"1000000000\"", NULL},
        {"\"-1\"", NULL},
        {"\"4.5\"", NULL},
        {"\"four\"", NULL},
        {"\"\"", NULL},
        {"\" 4\"", NULL},
        {"4", NULL},
    };
    static const struct row ages[] = {{"\"2020-09-02\"", "\"0-4\""},
                                      {"\"2020-09-01\"", "\"5-9\""},
                                      {"\"2015-09-01\"", "\"10+\""},
                                      {"\"2026-01-01\"", NULL},
                                      {"\"soon\"", NULL}};
    static const struct row levels[] = {{"[\"06\"]", "[\"06-08\"]"},
                                        {"[\"05\"]", NULL},
                                        {"[\"13\",\"UG\"]", "[\"09+\"]"},
                                        {"[\"Other\"]", NULL}};
    const struct field_rule rule = {.transform = TRANSFORM_BAND, .args = &args};

    (void)state;
    CHECK("users", "middleName", rule, numbers);
    CHECK("demographics", "birthDate", rule, ages);
    CHECK("users", "grades", ((struct field_rule){.transform = TRANSFORM_BAND, .args = &grades}),
          levels);
    plan("users", "middleName", (struct field_rule){.transform = TRANSFORM_BAND});
    assert_true(leaves("stu-0", "middleName", "\"4\"", NULL));
}

static void F2_rounding_takes_decimals_and_drops_the_rest(void **state)
{
    static const struct transform_args args = {.step = 5};
    static const struct transform_args even = {.step = 4};
    static const struct row rows[] = {
        {"\"12\"", "\"10\""},
        {"\"13\"", "\"15\""},
        {"\"12.4\"", "\"10\""},
        {"\"12.5\"", "\"15\""},
        {"\"-12.5\"", "\"-15\""},
        {"\"-2\"", "\"0\""},
        {"\"0\"", "\"0\""},
        {"\"-0\"", "\"0\""},
        {"\"007\"", "\"5\""},
        {"\"999999999999\"", "\"1000000000000\""},
        {"\"1000000000000\"", NULL},
        {"\"1e3\"", NULL},
        {"\"5.\"", NULL},
        {"\".5\"", NULL},
        {"\"+5\"", NULL},
        {"\"\"", NULL},
        {"\"-\"", NULL},
        {"\"5 \"", NULL},
        {"5", NULL},
        {"\"five\"", NULL},
    };
    static const struct row halves[] = {
        {"\"1.99\"", "\"0\""}, {"\"2\"", "\"4\""}, {"\"5.99\"", "\"4\""}, {"\"6.0\"", "\"8\""}};

    (void)state;
    CHECK("users", "middleName", ((struct field_rule){.transform = TRANSFORM_ROUND, .args = &args}),
          rows);
    CHECK("users", "middleName", ((struct field_rule){.transform = TRANSFORM_ROUND, .args = &even}),
          halves);
    plan("users", "middleName", (struct field_rule){.transform = TRANSFORM_ROUND});
    assert_true(leaves("stu-0", "middleName", "\"5\"", NULL));
}

static void F2_postal_codes_lose_two_digits_and_small_areas_all(void **state)
{
    static const struct row rows[] = {
        {"\"60614\"", "\"606\""},
        {"\"60614-1234\"", "\"606\""},
        {"\"606141234\"", "\"606\""},
        {"\"03601\"", "\"000\""},
        {"\"89301\"", "\"000\""},
        {"\"55601-0001\"", "\"000\""},
        {"\"6061\"", NULL},
        {"\"606145\"", NULL},
        {"\"60614-\"", NULL},
        {"\"60614-123\"", NULL},
        {"\"60614-12345\"", NULL},
        {"\"K1A 0B1\"", NULL},
        {"\"\"", NULL},
        {"60614", NULL},
    };

    (void)state;
    CHECK("users", "middleName", ((struct field_rule){.transform = TRANSFORM_ZIP3}), rows);
}

static void F2_a_map_drops_what_it_does_not_list(void **state)
{
    static const struct map_pair pairs[] = {{TEXT("female"), JSON("f")}, {TEXT("male"), JSON("m")}};
    static const struct transform_args args = {.pairs = pairs, .pair_count = 2};
    static const struct row rows[] = {{"\"female\"", "\"f\""}, {"\"m\\u0061le\"", "\"m\""},
                                      {"\"other\"", NULL},     {"\"Female\"", NULL},
                                      {"\"fe\"", NULL},        {"true", NULL}};

    (void)state;
    CHECK("demographics", "sex", ((struct field_rule){.transform = TRANSFORM_MAP, .args = &args}),
          rows);
    plan("demographics", "sex", (struct field_rule){.transform = TRANSFORM_MAP});
    assert_true(leaves("stu-0", "sex", "\"male\"", NULL));
}

static void F4_an_initial_of_a_name_that_is_one_shows_nothing(void **state)
{
    static const char *const alone[] = {"\"Q\"",        "\"Q.\"",       "\"Q \"",
                                        "\"Q\\u00a0\"", "\"Q\\u200b\"", "\"Q . \""};

    (void)state;
    plan("students", "familyName", (struct field_rule){.transform = TRANSFORM_INITIAL});
    for (size_t i = 0; i < COUNT(alone); i++) {
        assert_true(leaves("stu-0", "familyName", alone[i], "\"-\""));
    }
    assert_true(leaves("stu-0", "familyName", "\"Q. X\"", "\"Q.\""));
    assert_true(leaves("stu-0", "familyName", "\"Quill\"", "\"Q.\""));
}

static void F4_a_mask_is_always_as_long(void **state)
{
    static const struct row rows[] = {
        {"\"x\"", "\"***\""}, {"\"\"", "\"***\""}, {"\"a very long name\"", "\"***\""}};

    (void)state;
    CHECK("users", "middleName", ((struct field_rule){.transform = TRANSFORM_MASK}), rows);
}

/* SAFETY R3: nobody can ask for a value by what stands in its place, or by what it was. */
static void R3_no_filter_matches_a_changed_value(void **state)
{
    (void)state;
    plan("users", "username", (struct field_rule){.transform = TRANSFORM_CODE});
    world_filter(&case_world, "username", FILTER_EQ, "qz6ixjnb3g44dvz37jvwpmkqke");
    case_world.query.any = true;
    world_filter(&case_world, "username", FILTER_EQ, "anna");
    assert_int_equal(case_record(STUDENT(",\"username\":\"anna\"")), OK);
    assert_int_equal(case_run.released, 0);
}

static void F7_a_required_value_that_is_dropped_leaves_its_stand_in(void **state)
{
    static const struct transform_args args = {.step = 5};

    (void)state;
    plan("users", "givenName", (struct field_rule){.transform = TRANSFORM_ROUND, .args = &args});
    assert_true(leaves("stu-0", "givenName", "\"Ana\"", "\"-\""));
    plan("users", "familyName", (struct field_rule){.transform = TRANSFORM_CODE});
    assert_true(leaves("stu-0", "familyName", "\"\"", "\"-\""));
}

/* --- the redactor around them ------------------------------------------------------------- */

static void records_cost_no_allocation_and_no_cut_changes_them(void **state)
{
    static const char body[] =
        "{\"users\":[" STUDENT(",\"username\":\"anna\",\"email\":\"a@b.example\"") "," STUDENT(
            ",\"username\":\"Zo\\u00eb\",\"email\":\"x\"") "]}";
    static const struct transform_args args = {.domain = TEXT("alias.invalid")};
    struct buf want;

    (void)state;
    plan("users", "username", (struct field_rule){.transform = TRANSFORM_CODE});
    world_share_rule(&case_world, ROLE_STUDENT, "email",
                     (struct field_rule){.transform = TRANSFORM_ALIAS, .args = &args});
    struct redactor *r = world_redactor(&case_world, &case_run);

    assert_non_null(r);
    buf_init(&want, 1 << 16);
    run_body(&case_run, r, span_str(body), sizeof(body));
    assert_int_equal(case_run.released, 2);
    buf_put(&want, buf_span(&case_run.log));
    assert_non_null(memmem(want.base, want.len, ANNA, sizeof(ANNA) - 1));
    for (size_t at = 0; at < sizeof(body) - 1; at++) {
        run_split(&case_run, r, span_str(body), at);
        assert_int_equal(case_run.end, OK);
        assert_true(span_eq(buf_span(&case_run.log), buf_span(&want)));
    }
    redactor_restart(r);
    buf_clear(&case_run.log);
    uint64_t before = mem_count();

    assert_int_equal(redactor_feed(r, span_str(body)), OK);
    assert_int_equal(mem_count(), before);
    redactor_free(&r);
    buf_fini(&want);
}

#define CASE(test) cmocka_unit_test_setup(test, case_users)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(F4_an_initial_of_a_name_that_is_one_shows_nothing),
        CASE(F4_a_code_stands_for_the_value_under_the_fields_key),
        CASE(F4_a_code_is_the_partners_or_the_agreements_and_of_its_epoch),
        CASE(F4_without_a_key_nothing_leaves),
        CASE(F4_an_alias_is_one_records_own_and_tells_nothing_of_the_value),
        CASE(F4_only_a_domain_that_is_listed_stays),
        CASE(F4_a_shift_is_the_students_own_and_never_nothing),
        CASE(F4_a_date_of_nobody_or_of_several_students_is_not_shifted),
        CASE(F3_age_is_as_of_the_first_of_september_of_the_school_year),
        CASE(F2_years_and_months_come_of_real_dates_alone),
        CASE(F2_bands_take_numbers_ages_and_grades_and_drop_the_rest),
        CASE(F2_rounding_takes_decimals_and_drops_the_rest),
        CASE(F2_postal_codes_lose_two_digits_and_small_areas_all),
        CASE(F2_a_map_drops_what_it_does_not_list),
        CASE(F4_a_mask_is_always_as_long),
        CASE(R3_no_filter_matches_a_changed_value),
        CASE(F7_a_required_value_that_is_dropped_leaves_its_stand_in),
        CASE(records_cost_no_allocation_and_no_cut_changes_them),
    };

    return cmocka_run_group_tests(tests, case_open, case_close);
}
