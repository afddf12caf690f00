/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the policy costs: loading a district of 500 agreements (budget 1 s), and
 * deciding a request in it (budget 2 us). CPU time, the best of several runs. Prints
 * `bench policy load_ms= request_us=` and asserts nothing of them.
 */
#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tests/support/verdict_kit.h"

enum { AGREEMENTS = 500, FILES = AGREEMENTS + POLICY_KIT_FILES, RUNS = 5, TURNS = 20000 };

static struct policy_file files[FILES];
static struct verdict_kit kit;

static double cpu_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* The kit's files, and its `narrow` agreement under as many names as there is room for. */
static size_t make_files(struct arena *arena)
{
    static const char mark[] = "agreement: narrow\n";
    struct span text = policy_kit_text(&kit.policy, "agreements/narrow.yaml");
    struct span name, copy;
    size_t n = kit.policy.count;
    char line[64];

    memcpy(files, kit.policy.files, n * sizeof(*files));
    for (size_t i = 0; n < FILES && i < AGREEMENTS; i++) {
        int len = snprintf(line, sizeof(line), "agreements/n-%zu.yaml%c", i, 0);
        size_t at = span_find(text, '\n');

        name = arena_copy(arena, span_of(line, (size_t)len));
        len = snprintf(line, sizeof(line), "agreement: n-%zu\n", i);
        assert_memory_equal(text.ptr, mark, at + 1);
        struct buf b;

        buf_init(&b, 64 * 1024);
        buf_put(&b, span_of(line, (size_t)len));
        buf_put(&b, span_from(text, at + 1));
        copy = arena_copy(arena, buf_span(&b));
        buf_fini(&b);
        files[n++] = (struct policy_file){(const char *)name.ptr, copy};
    }
    return n;
}

/* Leaves the last one in the kit, so that what follows is decided in it. */
static double load_us(size_t n)
{
    double best = 1e12;

    for (unsigned run = 0; run < RUNS; run++) {
        double from = cpu_us();

        policy_free(&kit.policy.policy);
        assert_int_equal(
            policy_load(files, n, kit.policy.catalog, &kit.policy.diags, &kit.policy.policy), OK);
        best = cpu_us() - from < best ? cpu_us() - from : best;
    }
    return best;
}

static double request_us(struct plan *plan)
{
    struct refusal why;
    double best = 1e12;

    assert_int_equal(verdict_kit_ask(&kit, "n-499", "users",
                                     "filter=givenName='a'&sort=sourcedId&fields=givenName,grades",
                                     plan),
                     OK);
    struct route route = {.resource = plan->resource, .template = plan->resource->collection_path};
    const struct request_facts facts = {.policy = kit.policy.policy,
                                        .agreement = plan->agreement,
                                        .roster = &kit.roster,
                                        .own = &own_view_none,
                                        .route = &route,
                                        .query = plan->query,
                                        .local_date = kit.date};

    for (unsigned run = 0; run < RUNS; run++) {
        double from = cpu_us();

        for (unsigned i = 0; i < TURNS; i++) {
            assert(verdict_request(&facts, plan, &why) == OK);
        }
        double took = (cpu_us() - from) / TURNS;

        best = took < best ? took : best;
    }
    return best;
}

static void measure(void **state)
{
    struct arena arena;
    struct plan plan;

    (void)state;
    verdict_kit_open(&kit);
    arena_init(&arena, 64 * 1024 * 1024);
    double load = load_us(make_files(&arena));
    double request = request_us(&plan);

    printf("bench policy load_ms=%.1f request_us=%.3f\n", load / 1e3, request);
    arena_fini(&arena);
    verdict_kit_close(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(measure)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
