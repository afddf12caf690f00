/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the redactor costs per byte: 10,000 users of 24 fields, fed in pieces of
 * 16 KiB as they come from TLS, a school rule, nine members released, one of
 * them changed. Stage 1 alone, all of it, all of it under translated ids; then what
 * each transform costs beside sending the value as it is, and `bench transform us=`
 * for the dearest. CPU time, the best of several runs; prints, asserts nothing about
 * time.
 */
#include "tests/support/redact_gen.h"
#include "tests/support/redact_world.h"

#include "redact/scan.h"

#include <stdio.h>
#include <time.h>

enum { USERS = 10000, RUNS = 15, PIECE = 16384, MAX_BODY = 32 << 20 };

static struct world world;
static struct buf body;

static double cpu_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t out_bytes;

static enum err count_bytes(void *ctx, const struct redact_record *record)
{
    (void)ctx;
    out_bytes += record->bytes.len;
    return OK;
}

static enum err redact_once(struct redactor *r)
{
    enum err e = OK;

    redactor_restart(r);
    for (size_t at = 0; e == OK && at < body.len; at += PIECE) {
        e = redactor_feed(r, span_sub(buf_span(&body), at, PIECE));
    }
    return e == OK ? redactor_end(r) : e;
}

static double time_redactor(enum err *e)
{
    struct redact_setup setup = {.plan = &world.plan,
                                 .href_base = SPAN("https://hallpass/v1p2"),
                                 .keys = world.keys,
                                 .ids = world.ids};
    struct redactor *r = NULL;
    double best = 1e9;

    *e = redactor_new(&setup, count_bytes, NULL, &r);
    for (unsigned i = 0; i < RUNS && *e == OK; i++) {
        double from = cpu_s();

        out_bytes = 0;
        *e = redact_once(r);
        best = cpu_s() - from < best ? cpu_s() - from : best;
    }
    redactor_free(&r);
    return best;
}

static double time_scanner(size_t *places)
{
    static struct scan_index index;
    double best = 1e9;

    for (unsigned i = 0; i < RUNS; i++) {
        struct scan_carry carry = {.need = 0};
        double from = cpu_s();

        *places = 0;
        for (size_t at = 0; at < body.len; at += SCAN_WINDOW) {
            scan_best()->run(&carry, span_sub(buf_span(&body), at, SCAN_WINDOW), &index);
            *places += index.count;
        }
        best = cpu_s() - from < best ? cpu_s() - from : best;
    }
    return best;
}

static void show(const char *what, double seconds)
{
    printf("%-22s %6.2f GB/s  %7.3f ms  %6.1f ns a record\n", what,
           (double)body.len / seconds / 1e9, seconds * 1e3, seconds * 1e9 / USERS);
}

#define TEXT(text)                                                                                 \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }

/* All of it, with this field shared by this rule and nothing else. */
static double time_rule(const char *resource, const char *path, struct field_rule rule)
{
    enum err e = OK;

    world_plan(&world, resource);
    if (!world_keys(&world)) {
        return 0;
    }
    world_share_rule(&world, ROLE_STUDENT, path, rule);
    double seconds = time_redactor(&e);

    return e == OK ? seconds : 0;
}

/* One value in each record. */
static void show_transforms(void)
{
    static const struct transform_args args = {.domain = TEXT("alias.invalid")};
    static const struct {
        const char *path;
        struct field_rule rule;
    } rows[] = {
        {"familyName", {.transform = TRANSFORM_INITIAL}},
        {"familyName", {.transform = TRANSFORM_MASK}},
        {"identifier", {.transform = TRANSFORM_CODE}},
        {"email", {.transform = TRANSFORM_ALIAS, .args = &args}},
    };

    double worst = 0;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct field_rule as_is = {.transform = TRANSFORM_AS_IS};
        double plain = time_rule("users", rows[i].path, as_is);
        double changed = time_rule("users", rows[i].path, rows[i].rule);

        double more = (changed - plain) / USERS;

        printf("%-22s %6.0f ns a value more than as it is\n",
               transform_word(rows[i].rule.transform), more * 1e9);
        worst = more > worst ? more : worst;
    }
    printf("bench transform us=%.3f\n", worst * 1e6);
}

int main(void)
{
    size_t places;
    enum err e;

    if (!world_open(&world)) {
        return 1;
    }
    buf_init(&body, MAX_BODY);
    gen_plain_users(&body, USERS);
    world_plan(&world, "users");
    world_share(&world, ROLE_STUDENT, "givenName", TRANSFORM_AS_IS);
    world_share(&world, ROLE_STUDENT, "familyName", TRANSFORM_INITIAL);
    world_share(&world, ROLE_STUDENT, "email", TRANSFORM_AS_IS);
    world_share(&world, ROLE_STUDENT, "grades", TRANSFORM_AS_IS);
    double scan = time_scanner(&places);
    double all = time_redactor(&e);
    double coded = !world_translate(&world, true) || e != OK ? 1e9 : time_redactor(&e);

    (void)world_translate(&world, false);
    printf("%zu bytes, %zu places, %zu bytes released (%s), kernel %s\n", body.len, places,
           out_bytes, err_code(e), scan_best()->name);
    show("scanner", scan);
    show("redactor", all);
    show("redactor, ids as codes", coded);
    show_transforms();
    buf_fini(&body);
    world_close(&world);
    return e == OK ? 0 : 1;
}
