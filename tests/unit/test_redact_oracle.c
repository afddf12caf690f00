/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The redactor against the oracle, on random documents under random policies:
 * the same records for the same reasons, value by value and in order. Each
 * document goes through whole, by single bytes and in odd pieces.
 */
#include "tests/support/redact_gen.h"
#include "tests/support/redact_oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { DOCUMENTS = 3000, MAX_BODY = 4 << 20, MAX_LOG = 8 << 20 };

/* What partner "acme" knows stu-3 by, worked out by tests/support/ids.py. */
#define STU_3 "wpfvw4k4wd47cylrpdkzvhod7tjrxubeqjjz5qq"

static struct world world;
static struct gen gen;
static struct buf body;
static struct buf want;
static struct buf got;
static size_t released;
static size_t withheld;

static int setup(void **state)
{
    (void)state;
    buf_init(&body, MAX_BODY);
    buf_init(&want, MAX_LOG);
    buf_init(&got, MAX_LOG);
    return world_open(&world) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    buf_fini(&body);
    buf_fini(&want);
    buf_fini(&got);
    world_close(&world);
    return 0;
}

#define JSON(text)                                                                                 \
    {                                                                                              \
        (const uint8_t *)("\"" text "\""), sizeof(text) + 1                                        \
    }
#define TEXT(text)                                                                                 \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }

/* Arguments that suit every transform; a map and bands for words and for numbers. */
static const struct transform_args *args_at_random(void)
{
    static const struct band low[] = {{0, JSON("0-9")}, {10, JSON("10-12")}, {13, JSON("13+")}};
    static const struct band high[] = {{6, JSON("6+")}};
    static const struct map_pair pairs[] = {
        {TEXT("Ana"), JSON("Anna")}, {TEXT("true"), JSON("1")}, {TEXT("06"), JSON("six \\u00e9")}};
    static const struct transform_args args[] = {
        {.bands = low,
         .band_count = 3,
         .pairs = pairs,
         .pair_count = 3,
         .step = 5,
         .days = 30,
         .domain = TEXT("alias.invalid")},
        {.bands = high,
         .band_count = 1,
         .pairs = pairs,
         .pair_count = 1,
         .step = 7,
         .days = 365,
         .domain = TEXT("a.example")},
    };

    return &args[gen_below(&gen, 2)];
}

/* A transform with arguments or a key, if it suits the field; else none. */
static struct field_rule rule_at_random(const struct field *f)
{
    enum transform t =
        (enum transform)(TRANSFORM_ALIAS + gen_below(&gen, TRANSFORM_COUNT - TRANSFORM_ALIAS));
    bool fits = transform_fit(t, world.plan.resource, f) != FIT_NEVER && t != TRANSFORM_CONST;

    return (struct field_rule){.transform = fits ? t : TRANSFORM_AS_IS, .args = args_at_random()};
}

/* Any leaf that the code lets a policy share, mostly unchanged. */
static void share_at_random(enum role role)
{
    static const enum transform transforms[] = {TRANSFORM_AS_IS, TRANSFORM_AS_IS,   TRANSFORM_AS_IS,
                                                TRANSFORM_AS_IS, TRANSFORM_INITIAL, TRANSFORM_MASK,
                                                TRANSFORM_YEAR,  TRANSFORM_CONST};
    const struct resource *r = world.plan.resource;
    char path[128];

    for (size_t i = 0; i < r->field_count; i++) {
        const struct field *f = &r->fields[i];
        enum transform t = transforms[gen_below(&gen, 8)];

        if (f->kind == FIELD_OBJECT || f->grant[role].by == GRANT_STRUCTURE ||
            gen_below(&gen, 10) < 4) {
            continue;
        }
        memcpy(path, f->path.ptr, f->path.len);
        path[f->path.len] = '\0';
        if (t == TRANSFORM_CONST && f->kind == FIELD_VALUE) {
            world_share_const(&world, role, path, "\"constant\"");
        } else if (gen_below(&gen, 3) == 0) {
            world_share_rule(&world, role, path, rule_at_random(f));
        } else {
            world_share(&world, role, path, f->kind == FIELD_REF ? TRANSFORM_AS_IS : t);
        }
    }
}

static void ask_at_random(void)
{
    if (gen_below(&gen, 4) == 0) {
        world.plan.asked.word[0] &= gen.state | 1;
        world.plan.asked.word[1] &= gen.state >> 3;
    }
}

static void filter_at_random(void)
{
    static const char *const values[] = {"Ana",  "a", "stu-3", "school-0", "06",
                                         "true", "-", "A.",    "",         STU_3};
    const struct resource *r = world.plan.resource;
    char path[128];

    if (gen_below(&gen, 3) != 0) {
        return;
    }
    for (unsigned n = 1 + gen_below(&gen, 2); n > 0; n--) {
        const struct field *f = &r->fields[gen_below(&gen, (unsigned)r->field_count)];

        memcpy(path, f->path.ptr, f->path.len);
        path[f->path.len] = '\0';
        if (f->kind != FIELD_OBJECT) {
            world_filter(&world, path, (enum filter_op)gen_below(&gen, 7),
                         values[gen_below(&gen, sizeof(values) / sizeof(values[0]))]);
        }
    }
    world.query.any = gen_below(&gen, 2) == 0;
}

static void plan_at_random(bool item)
{
    static const char *const resources[] = {
        "users",       "users", "users",        "students", "enrollments",      "classes",
        "courses",     "orgs",  "demographics", "users",    "academicSessions", "demographics",
        "demographics"};
    const char *name = resources[gen_below(&gen, sizeof(resources) / sizeof(resources[0]))];

    if (item) {
        world_plan_item(&world, name, "");
    } else {
        world_plan(&world, name);
    }
    assert_true(world_keys(&world));
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        if (world.plan.programs[role] != NULL && gen_below(&gen, 8) == 0) {
            world.plan.programs[role] = NULL;
        } else if (world.plan.programs[role] != NULL) {
            share_at_random((enum role)role);
        }
    }
    ask_at_random();
    filter_at_random();
    world.agreement.schools = gen_below(&gen, 3) == 0 ? NULL : &world.schools;
    assert_true(world_translate(&world, gen_below(&gen, 3) == 0));
    oracle_translate(world.ids);
}

/* The id of the oracle's first line: "reason id ...". */
static struct span first_id(char room[64])
{
    struct span rest = buf_span(&want);
    struct span line = span_cut(&rest, '\n');
    bool shown = span_starts(line, SPAN("released "));

    (void)span_cut(&line, ' '); /* the id may hold blanks; what stands behind it begins with {, */
    size_t end = shown ? span_find(line, '{') : line.len; /* or is nothing */
    struct span id = span_sub(line, 0, end == 0 ? 0 : end - 1);

    if (id.len > 0 && id.len < 64) {
        memcpy(room, id.ptr, id.len);
    }
    return span_of(room, id.len < 64 ? id.len : 0);
}

static enum err redact_in(size_t step)
{
    struct redact_setup how = {.plan = &world.plan,
                               .href_base = SPAN("https://hallpass/v1p2"),
                               .keys = world.keys,
                               .ids = world.ids};
    struct redactor *r = NULL;
    enum err e = redactor_new(&how, oracle_record, &got, &r);

    buf_clear(&got);
    for (size_t at = 0; e == OK && at < body.len; at += step) {
        e = redactor_feed(r, span_sub(buf_span(&body), at, step));
    }
    e = e == OK ? redactor_end(r) : e;
    redactor_free(&r);
    return e;
}

/* Shows the first record on which the two do not agree. */
static void show_difference(uint64_t seed, size_t step, enum err e)
{
    struct span a = buf_span(&want);
    struct span b = buf_span(&got);

    print_error("seed %llu step %zu: %s\n", (unsigned long long)seed, step, err_code(e));
    while (a.len > 0 || b.len > 0) {
        struct span wanted = span_cut(&a, '\n');
        struct span line = span_cut(&b, '\n');

        if (!span_eq(wanted, line)) {
            print_error("want %.*s\n", (int)wanted.len, (const char *)wanted.ptr);
            print_error("got  %.*s\n", (int)line.len, (const char *)line.ptr);
            return;
        }
    }
}

static void assert_agrees(uint64_t seed, enum err expect)
{
    const size_t steps[] = {body.len, 1, 1 + gen_below(&gen, 97)};

    for (size_t i = 0; i < 3; i++) {
        enum err e = redact_in(steps[i]);
        bool agrees = e == expect && span_eq(buf_span(&got), buf_span(&want));

        if (!agrees) {
            show_difference(seed, steps[i], e);
        }
        assert_true(agrees);
    }
}

static void count_lines(void)
{
    struct span rest = buf_span(&want);

    while (rest.len > 0) {
        struct span line = span_cut(&rest, '\n');

        if (span_starts(line, SPAN("released "))) {
            released++;
        } else {
            withheld++;
        }
    }
}

static void check_document(uint64_t seed)
{
    char id[64];

    gen_seed(&gen, seed);
    bool item = gen_below(&gen, 8) == 0;

    plan_at_random(item);
    gen.out = &body;
    gen.resource = world.plan.resource;
    gen.mess = 2 + gen_below(&gen, 30);
    buf_clear(&body);
    buf_clear(&want);
    gen_document(&gen, 6, item);
    size_t sound = gen.twice_record == 0 ? gen.records : gen.twice_record - 1;

    assert_true(oracle_run(&world.plan, buf_span(&body), sound, &want));
    if (item) {
        world.plan.id = first_id(id);
    }
    enum err expect = gen.twice_record != 0 ? ERR_UP_DUPLICATE : OK;

    if (item && expect == OK && world.plan.id.len == 0) {
        expect = ERR_UP_IDENTITY;
        buf_clear(&want);
    }
    assert_agrees(seed, expect);
    count_lines();
}

static void agrees_with_the_oracle_on_thousands_of_documents(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= DOCUMENTS; seed++) {
        check_document(seed);
    }
    /* A generator that releases nothing, or everything, tests nothing. */
    print_message("%zu released, %zu withheld\n", released, withheld);
    assert_true(released > DOCUMENTS / 3);
    assert_true(withheld > DOCUMENTS / 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_oracle_on_thousands_of_documents),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
