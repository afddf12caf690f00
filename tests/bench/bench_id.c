/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a partner's id costs: its code from the district's id, and back, for ids of
 * the usual kinds. CPU time, the best of several runs. Prints `bench id us=` for
 * the dearest kind (budget 0.3) and asserts nothing.
 */
#include "redact/idmap.h"

#include <stdio.h>
#include <time.h>

enum { RUNS = 15, TURNS = 20000 };

static const char *const ids[] = {"0000123456", "stu-000123-c-17",
                                  "2f1e4fb6-0000-4abc-8def-0123456789ab",
                                  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};

static double cpu_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Microseconds for one. */
static double best_of(struct idmap *m, struct span id, bool back)
{
    struct idmap_text code = {.len = 0}, text;
    double best = 1e9;
    bool good = idmap_encode(m, REF_USER, id, &code);

    for (unsigned run = 0; run < RUNS; run++) {
        double from = cpu_s();

        for (unsigned i = 0; i < TURNS; i++) {
            good &= back ? idmap_decode(m, REF_USER, idmap_span(&code), &text)
                         : idmap_encode(m, REF_USER, id, &text);
        }
        double took = (cpu_s() - from) * 1e6 / TURNS;

        best = took < best ? took : best;
    }
    return good ? best : 1e9;
}

static double best_new(const uint8_t *key, const struct idmap_bond *bond)
{
    double from = cpu_s();

    for (unsigned i = 0; i < TURNS; i++) {
        struct idmap *m = NULL;

        if (idmap_new(key, bond, &m) != OK) {
            return 1e9;
        }
        idmap_free(&m);
    }
    return (cpu_s() - from) * 1e6 / TURNS;
}

int main(void)
{
    uint8_t key[IDMAP_KEY_BYTES] = {1, 2, 3};
    struct idmap_bond bond = {SPAN("partner"), SPAN("acme"), 1};
    struct idmap *m = NULL;
    double worst = 0;

    if (idmap_new(key, &bond, &m) != OK) {
        return 1;
    }
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        double there = best_of(m, span_str(ids[i]), false);
        double back = best_of(m, span_str(ids[i]), true);

        printf("%-38s there %.3f us, back %.3f us\n", ids[i], there, back);
        worst = there > worst ? there : worst;
        worst = back > worst ? back : worst;
    }
    printf("a map of one's own %.3f us\n", best_new(key, &bond));
    printf("bench id us=%.3f\n", worst);
    idmap_free(&m);
    return worst < 1e9 ? 0 : 1;
}
