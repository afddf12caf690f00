/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must not depend on how a body arrives, and what a redactor may use: the
 * same records and errors at every split point, constant memory, no allocation
 * once warm, and a clean refusal wherever memory fails.
 */
#include "base/mem.h"
#include "tests/support/redact_gen.h"
#include "tests/support/redact_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MAX_BODY = 16 << 20 };

static struct world world;
static struct gen gen;
static struct buf body;

static int setup(void **state)
{
    (void)state;
    buf_init(&body, MAX_BODY);
    if (!world_open(&world)) {
        return -1;
    }
    world_plan(&world, "users");
    world_share_users(&world);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    buf_fini(&body);
    world_close(&world);
    return 0;
}

static void assert_same_run(const struct run *a, const struct run *b)
{
    assert_int_equal(a->end, b->end);
    assert_int_equal(a->records, b->records);
    assert_true(span_eq(buf_span(&a->log), buf_span(&b->log)));
}

/* Whole, by bytes, and at every split point: one and the same. */
static void assert_splits(struct span text)
{
    struct run whole;
    struct run cut;

    run_init(&whole);
    run_init(&cut);
    struct redactor *a = world_redactor(&world, &whole);
    struct redactor *b = world_redactor(&world, &cut);

    run_body(&whole, a, text, text.len + 1);
    run_body(&cut, b, text, 1);
    assert_same_run(&whole, &cut);
    for (size_t at = 0; at <= text.len; at++) {
        run_split(&cut, b, text, at);
        assert_same_run(&whole, &cut);
    }
    redactor_free(&a);
    redactor_free(&b);
    run_fini(&whole);
    run_fini(&cut);
}

static void gives_the_same_at_every_split_of_sound_documents(void **state)
{
    (void)state;
    gen = (struct gen){.out = &body, .resource = world.plan.resource};
    for (uint64_t seed = 1; seed <= 40; seed++) {
        gen_seed(&gen, seed);
        gen.mess = 2 + (unsigned)seed % 20;
        buf_clear(&body);
        gen_document(&gen, 3, false);
        assert_splits(buf_span(&body));
    }
}

static void gives_the_same_at_every_split_of_broken_documents(void **state)
{
    (void)state;
    gen = (struct gen){.out = &body, .resource = world.plan.resource};
    for (uint64_t seed = 100; seed < 200; seed++) {
        gen_seed(&gen, seed);
        gen.mess = 2 + (unsigned)seed % 20;
        buf_clear(&body);
        gen_document(&gen, 2, false);
        body.base[gen_below(&gen, (unsigned)body.len)] = (uint8_t)gen_below(&gen, 256);
        body.len -= gen_below(&gen, 4) == 0 ? gen_below(&gen, (unsigned)body.len) : 0;
        assert_splits(buf_span(&body));
    }
}

static void gives_the_same_with_a_filter_at_every_split(void **state)
{
    (void)state;
    world_filter(&world, "givenName", FILTER_CONTAINS, "an");
    gen = (struct gen){.out = &body, .resource = world.plan.resource, .mess = 9};
    for (uint64_t seed = 300; seed < 310; seed++) {
        gen_seed(&gen, seed);
        buf_clear(&body);
        gen_document(&gen, 3, false);
        assert_splits(buf_span(&body));
    }
    world.query.clause_count = 0;
}

/* A record of `len` bytes, padded inside an unknown member. */
static void put_record(size_t len)
{
    static const char head[] = "{\"sourcedId\":\"stu-0\",\"x\":\"";
    size_t pad = len - (sizeof(head) - 1) - 2;

    buf_put_str(&body, head);
    uint8_t *at = buf_room(&body, pad);

    assert_non_null(at);
    memset(at, 'x', pad);
    buf_added(&body, pad);
    buf_put_str(&body, "\"}");
}

static enum err end_of_record(size_t len, size_t step)
{
    struct run run;

    run_init(&run);
    buf_clear(&body);
    buf_put_str(&body, "{\"users\":[");
    put_record(len);
    buf_put_str(&body, "]}");
    struct redactor *r = world_redactor(&world, &run);

    run_body(&run, r, buf_span(&body), step);
    assert_int_equal(run.records, run.end == OK ? 1 : 0);
    redactor_free(&r);
    run_fini(&run);
    return run.end;
}

static void holds_a_record_of_a_mebibyte_and_no_byte_more(void **state)
{
    const size_t steps[] = {MAX_BODY, 100, 4096, 4097, 65536, REDACT_MAX_RECORD};

    (void)state;
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        assert_int_equal(end_of_record(REDACT_MAX_RECORD, steps[i]), OK);
        assert_int_equal(end_of_record(REDACT_MAX_RECORD + 1, steps[i]), ERR_UP_RECORD_LARGE);
        assert_int_equal(end_of_record(3 * REDACT_MAX_RECORD, steps[i]), ERR_UP_RECORD_LARGE);
    }
}

static void refuses_a_record_that_never_ends(void **state)
{
    static const char *const open[] = {"{\"users\":[{\"x\":\"", "{\"users\":[{\"x\":1", "{\"users"};
    static uint8_t fill[65536];
    struct run run;

    (void)state;
    run_init(&run);
    struct redactor *r = world_redactor(&world, &run);

    memset(fill, '1', sizeof(fill));
    for (size_t i = 0; i < 3; i++) {
        enum err e = OK;

        redactor_restart(r);
        assert_int_equal(redactor_feed(r, span_str(open[i])), OK);
        for (unsigned n = 0; n < 20 && e == OK; n++) {
            e = redactor_feed(r, span_of(fill, sizeof(fill)));
        }
        assert_int_equal(e, ERR_UP_RECORD_LARGE);
        assert_true(redactor_held(r) < 6 * REDACT_MAX_RECORD);
    }
    redactor_free(&r);
    run_fini(&run);
}

static void bounds_the_values_of_one_record(void **state)
{
    struct run run;

    (void)state;
    run_init(&run);
    buf_clear(&body);
    buf_put_str(&body, "{\"users\":[{\"sourcedId\":\"stu-0\",\"grades\":[\"\"");
    for (unsigned i = 0; i < 70000; i++) {
        buf_put_str(&body, ",\"\"");
    }
    buf_put_str(&body, "]}]}");
    struct redactor *r = world_redactor(&world, &run);

    run_body(&run, r, buf_span(&body), MAX_BODY);
    assert_int_equal(run.end, ERR_UP_RECORD_LARGE);
    run_body(&run, r, buf_span(&body), 1000);
    assert_int_equal(run.end, ERR_UP_RECORD_LARGE);
    redactor_free(&r);
    run_fini(&run);
}

/* Thousands of whitespace bytes between records must not be held. */
static void holds_nothing_between_records(void **state)
{
    struct run run;

    (void)state;
    run_init(&run);
    struct redactor *r = world_redactor(&world, &run);
    size_t before = redactor_held(r);

    assert_int_equal(redactor_feed(r, SPAN("{\"users\":[")), OK);
    for (unsigned i = 0; i < 4000; i++) {
        assert_int_equal(redactor_feed(r, SPAN("                                 \n")), OK);
    }
    assert_true(redactor_held(r) < before + 1024);
    redactor_free(&r);
    run_fini(&run);
}

static void uses_constant_memory_over_ten_thousand_records(void **state)
{
    struct run run;
    size_t held = 0;

    (void)state;
    run_init(&run);
    buf_clear(&body);
    gen_plain_users(&body, 10000);
    struct redactor *r = world_redactor(&world, &run);
    uint64_t made = 0;

    for (size_t at = 0; at < body.len; at += 16384) {
        assert_int_equal(redactor_feed(r, span_sub(buf_span(&body), at, 16384)), OK);
        buf_clear(&run.log);
        if (at == 4 * 16384) {
            held = redactor_held(r);
            made = mem_count();
        }
    }
    assert_int_equal(redactor_end(r), OK);
    assert_int_equal(run.records, 10000);
    assert_int_equal(redactor_held(r), held);
    assert_int_equal(mem_count(), made);
    assert_true(held < 128 * 1024);
    redactor_free(&r);
    run_fini(&run);
}

static void allocates_nothing_once_warm_with_escapes_and_filters(void **state)
{
    struct run run;

    (void)state;
    world_filter(&world, "givenName", FILTER_NE, "nobody");
    run_init(&run);
    buf_clear(&body);
    gen = (struct gen){.out = &body, .resource = world.plan.resource, .mess = 9};
    gen_seed(&gen, 77);
    do {
        buf_clear(&body);
        gen_document(&gen, 40, false);
    } while (gen.twice_record != 0 || gen.records < 20);
    struct redactor *r = world_redactor(&world, &run);

    for (unsigned round = 0; round < 3; round++) {
        uint64_t made = mem_count();

        redactor_restart(r);
        buf_clear(&run.log);
        assert_int_equal(redactor_feed(r, span_sub(buf_span(&body), 0, body.len / 2)), OK);
        assert_int_equal(redactor_feed(r, span_from(buf_span(&body), body.len / 2)), OK);
        assert_int_equal(redactor_end(r), OK);
        assert_true(round == 0 || mem_count() == made);
    }
    redactor_free(&r);
    run_fini(&run);
    world.query.clause_count = 0;
}

/* A body whose records need every buffer: escapes, straddling, many values, a filter. */
static enum err run_failing(uint64_t fail_at, struct run *run)
{
    struct redact_setup how = {.plan = &world.plan, .href_base = SPAN("https://hallpass/v1p2")};
    struct redactor *r = NULL;
    size_t half = body.len / 2;

    mem_fail_at(fail_at);
    enum err e = redactor_new(&how, run_record, run, &r);

    e = e == OK ? redactor_feed(r, span_sub(buf_span(&body), 0, half)) : e;
    e = e == OK ? redactor_feed(r, span_from(buf_span(&body), half)) : e;
    e = e == OK ? redactor_end(r) : e;
    mem_fail_at(0);
    redactor_free(&r);
    return e;
}

static void refuses_cleanly_wherever_memory_fails(void **state)
{
    struct run run;
    uint64_t n = 0;
    enum err e;

    (void)state;
    world_filter(&world, "givenName", FILTER_NE, "nobody");
    run_init(&run);
    assert_non_null(buf_room(&run.log, 1 << 20)); /* the log's memory is not what is tested */
    buf_clear(&body);
    buf_put_str(
        &body,
        "{\"users\":[{\"sourcedId\":\"stu-\\u0030\",\"givenName\":\"\\u0041na\",\"roles\":[");
    for (unsigned i = 0; i < 200; i++) {
        buf_put_str(&body, i > 0 ? "," : "");
        buf_put_str(&body, "{\"role\":\"student\",\"roleType\":\"primary\",\"org\":{\"sourcedId\":"
                           "\"school-0\"}}");
    }
    buf_put_str(&body, "],\"status\":\"active\"}]}");
    do {
        buf_clear(&run.log);
        run.records = 0;
        e = run_failing(++n, &run);
        assert_true(e == OK || e == ERR_MEMORY);
        assert_int_equal(run.records, e == OK ? 1 : 0);
    } while (e != OK);
    assert_true(n > 5);
    assert_true(run.released > 0);
    run_fini(&run);
    world.query.clause_count = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_same_at_every_split_of_sound_documents),
        cmocka_unit_test(gives_the_same_at_every_split_of_broken_documents),
        cmocka_unit_test(gives_the_same_with_a_filter_at_every_split),
        cmocka_unit_test(holds_a_record_of_a_mebibyte_and_no_byte_more),
        cmocka_unit_test(refuses_a_record_that_never_ends),
        cmocka_unit_test(bounds_the_values_of_one_record),
        cmocka_unit_test(holds_nothing_between_records),
        cmocka_unit_test(uses_constant_memory_over_ten_thousand_records),
        cmocka_unit_test(allocates_nothing_once_warm_with_escapes_and_filters),
        cmocka_unit_test(refuses_cleanly_wherever_memory_fails),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
