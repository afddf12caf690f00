/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cases of one record: the district and the run that they share. One plan at a
 * time; case_users() sets it anew before each test.
 */
#include "tests/support/redact_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct world case_world;
struct run case_run;

int case_open(void **state)
{
    (void)state;
    run_init(&case_run);
    return world_open(&case_world) ? 0 : -1;
}

int case_close(void **state)
{
    (void)state;
    run_fini(&case_run);
    world_close(&case_world);
    return 0;
}

int case_users(void **state)
{
    (void)state;
    world_plan(&case_world, "users");
    world_share_users(&case_world);
    case_world.agreement.schools = &case_world.schools;
    case_run.bytes_only = true;
    return 0;
}

enum err case_body(const char *body)
{
    struct redactor *r = world_redactor(&case_world, &case_run);

    assert_non_null(r);
    run_body(&case_run, r, span_str(body), strlen(body));
    redactor_free(&r);
    buf_put_byte(&case_run.log, '\0');
    return case_run.end;
}

enum err case_record(const char *record)
{
    static char body[65536];
    struct span key = case_world.plan.item ? case_world.plan.resource->item
                                           : case_world.plan.resource->collection;
    int len =
        snprintf(body, sizeof(body), case_world.plan.item ? "{\"%.*s\":%s}" : "{\"%.*s\":[%s]}",
                 (int)key.len, (const char *)key.ptr, record);

    assert_true(len > 0 && (size_t)len < sizeof(body));
    return case_body(body);
}

const char *case_log(void)
{
    return (const char *)case_run.log.base;
}

void assert_released(const char *record, const char *want)
{
    char with_end[8192];

    assert_int_equal(case_record(record), OK);
    assert_int_equal(case_run.released, 1);
    (void)snprintf(with_end, sizeof(with_end), "%s\n", want);
    assert_string_equal(case_log(), with_end);
}

void assert_withheld(const char *record, enum row_reason reason)
{
    case_run.bytes_only = false;
    assert_int_equal(case_record(record), OK);
    case_run.bytes_only = true;
    assert_int_equal(case_run.records, 1);
    assert_int_equal(case_run.released, 0);
    struct span text = span_str(case_log());

    assert_true(span_eq_str(span_cut(&text, ' '), row_reason_word(reason)));
    assert_true(text.len > 0 && text.ptr[text.len - 2] == ' '); /* no bytes */
}

void assert_ends(const char *record, enum err want)
{
    assert_int_equal(case_record(record), want);
    assert_int_equal(case_run.records, 0);
}
