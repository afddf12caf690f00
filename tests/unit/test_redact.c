/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys, ids and envelope as a source may twist them, and the redactor's own door.
 */
#include "tests/support/redact_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void ends_at_a_known_key_that_stands_twice(void **state)
{
    static const char *const twice[] = {
        ",\"givenName\":\"a\",\"givenName\":\"b\"",
        ",\"givenName\":\"a\",\"\\u0067ivenName\":\"b\"",
        ",\"sourcedId\":\"stu-1\"",
        ",\"\\u0073\\u006f\\u0075rcedId\":\"stu-1\"",
        ",\"roles\":[]",
        ",\"password\":1,\"password\":2",
        ",\"givenName\":null,\"givenName\":null",
        ",\"primaryOrg\":{\"sourcedId\":\"a\",\"sourcedId\":\"b\"}",
        ",\"primaryOrg\":{\"href\":1,\"href\":2}",
        ",\"primaryOrg\":{\"type\":1,\"t\\u0079pe\":2}",
        ",\"userIds\":[{\"type\":\"a\",\"type\":\"b\"}]",
        ",\"agents\":[{},{\"sourcedId\":\"a\",\"sourcedId\":1}]",
    };
    char record[1024];

    (void)state;
    for (size_t i = 0; i < sizeof(twice) / sizeof(twice[0]); i++) {
        (void)snprintf(record, sizeof(record), STUDENT("%s"), twice[i]);
        assert_ends(record, ERR_UP_DUPLICATE);
    }
}

static void passes_over_unknown_keys_that_stand_twice(void **state)
{
    (void)state;
    assert_released(
        STUDENT(",\"x\":1,\"x\":2,\"metadata\":{\"sourcedId\":1,\"sourcedId\":2},\"givenNam\":0,"
                "\"givenNamE\":0,\"givenName \":0,\"givenName\\u0000\":0,\"\":0,\"\":1"),
        STUDENT_OUT("," NO_STATE "," NO_NAMES));
}

static void reads_keys_by_their_meaning(void **state)
{
    (void)state;
    assert_released(STUDENT(",\"\\u0067ivenName\":\"Ana\",\"gr\\u0061des\":[\"06\"]"),
                    STUDENT_OUT(",\"givenName\":\"Ana\",\"grades\":[\"06\"]," NO_STATE
                                ",\"familyName\":\"-\""));
}

static void gives_keys_longer_than_any_of_the_catalog_no_meaning(void **state)
{
    char record[2048];
    char key[1200];

    (void)state;
    (void)snprintf(key, sizeof(key), "\\u0067ivenName%01000d", 0);
    (void)snprintf(record, sizeof(record), STUDENT(",\"%s\":\"x\""), key);
    assert_released(record, STUDENT_OUT("," NO_STATE "," NO_NAMES));
}

static void takes_by_id_only_the_record_that_was_asked_for(void **state)
{
    (void)state;
    world_plan_item(&case_world, "users", "stu-0");
    assert_int_equal(case_record(STUDENT("")), OK);
    assert_int_equal(case_run.released, 1);
    assert_int_equal(
        case_record("{\"sourcedId\":\"stu-\\u0030\",\"roles\":[{\"role\":\"student\",\"org\":"
                    "{\"sourcedId\":\"school-0\"}}]}"),
        OK);
    assert_int_equal(case_run.released, 1);
    assert_ends("{\"sourcedId\":\"stu-3\"}", ERR_UP_IDENTITY);
    assert_ends("{\"sourcedId\":\"stu-00\"}", ERR_UP_IDENTITY);
    assert_ends("{\"sourcedId\":\"stu-0\\u0000\"}", ERR_UP_IDENTITY);
    assert_ends("{\"sourcedId\":0}", ERR_UP_IDENTITY);
    assert_ends("{}", ERR_UP_IDENTITY);
    assert_int_equal(case_body("{\"users\":[]}"), ERR_UP_ENVELOPE);
    assert_int_equal(case_body("{\"user\":[{}]}"), ERR_UP_ENVELOPE);
    assert_int_equal(case_body("{\"user\":null}"), ERR_UP_ENVELOPE);
    assert_int_equal(case_body("{}"), ERR_UP_ENVELOPE);
}

static void stops_with_the_callbacks_error_until_restart(void **state)
{
    (void)state;
    case_run.stop_at = 1;
    case_run.stop_with = ERR_STOPPED;
    assert_int_equal(case_body("{\"users\":[{},{}]}"), ERR_STOPPED);
    assert_int_equal(case_run.records, 1);
    case_run.stop_at = 0;
    struct redactor *r = world_redactor(&case_world, &case_run);

    assert_int_equal(redactor_feed(r, SPAN("x")), ERR_UP_JSON);
    assert_int_equal(redactor_feed(r, SPAN("{\"users\":[]}")), ERR_UP_JSON);
    assert_int_equal(redactor_end(r), ERR_UP_JSON);
    redactor_restart(r);
    assert_int_equal(redactor_feed(r, SPAN("{\"users\":[]}")), OK);
    assert_int_equal(redactor_end(r), OK);
    redactor_free(&r);
    assert_null(r);
    redactor_free(&r);
}

static enum err expect_no_bytes(void *ctx, const struct redact_record *record)
{
    unsigned *reasons = ctx;

    assert_int_equal(record->bytes.len, 0);
    reasons[record->reason]++;
    return OK;
}

static void decides_the_same_when_it_only_counts(void **state)
{
    struct redact_setup how = {
        .plan = &case_world.plan, .href_base = SPAN("https://x"), .narrow_only = true};
    unsigned reasons[ROW_REASON_COUNT] = {0};
    struct redactor *r = NULL;

    (void)state;
    world_filter(&case_world, "givenName", FILTER_EQ, "Ana");
    assert_int_equal(redactor_new(&how, expect_no_bytes, reasons, &r), OK);
    assert_int_equal(
        redactor_feed(r, SPAN("{\"users\":[" STUDENT(",\"givenName\":\"Ana\"") "," STUDENT(
                             ",\"givenName\":\"Bob\"") ",{}]}")),
        OK);
    assert_int_equal(redactor_end(r), OK);
    assert_int_equal(reasons[ROW_RELEASED], 1);
    assert_int_equal(reasons[ROW_FILTER], 1);
    assert_int_equal(reasons[ROW_SUBJECT], 1);
    redactor_free(&r);
}

static void refuses_a_base_that_would_break_the_json(void **state)
{
    static const char *const bases[] = {"https://x\"", "https://x\\", "https://x y",
                                        "https://\xC3\xA9"};
    struct redactor *r = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
        struct redact_setup how = {.plan = &case_world.plan, .href_base = span_str(bases[i])};

        assert_int_equal(redactor_new(&how, run_record, &case_run, &r), ERR_INPUT);
        assert_null(r);
    }
}

#define CASE(name) cmocka_unit_test_setup(name, case_users)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(ends_at_a_known_key_that_stands_twice),
        CASE(passes_over_unknown_keys_that_stand_twice),
        CASE(reads_keys_by_their_meaning),
        CASE(gives_keys_longer_than_any_of_the_catalog_no_meaning),
        CASE(takes_by_id_only_the_record_that_was_asked_for),
        CASE(stops_with_the_callbacks_error_until_restart),
        CASE(decides_the_same_when_it_only_counts),
        CASE(refuses_a_base_that_would_break_the_json),
    };

    return cmocka_run_group_tests(tests, case_open, case_close);
}
