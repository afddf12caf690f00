/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A district's folder, each file behind a line "=== name". Whatever loads has no
 * program that keeps what the catalog never grants, and none outside the
 * agreement's dates. Run from the repository's root or a folder in it: the catalog is
 * the real one.
 */
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stdio.h>

#include "policy/policy.h"

enum { MAX_FILES = 8, MAX_NAME = 60, CATALOG_BYTES = 1 << 17, MEMORY = 1 << 22 };

static const struct catalog *catalog(void)
{
    static struct catalog *c;
    static char text[CATALOG_BYTES];
    struct arena arena;
    struct diag_list diags;

    if (c != NULL) {
        return c;
    }
    FILE *f = fopen("policy/catalogs/oneroster-1.2.yaml", "rb");

    f = f != NULL ? f : fopen("../policy/catalogs/oneroster-1.2.yaml", "rb");

    assert(f != NULL);
    size_t len = fread(text, 1, sizeof(text), f);

    (void)fclose(f);
    arena_init(&arena, MEMORY);
    diag_init(&diags, &arena);
    enum err e = catalog_load("catalog", span_of(text, len), &diags, &c);

    assert(e == OK);
    arena_fini(&arena);
    return c;
}

/* Cuts the input into files; names are copied to get their NUL. */
static size_t cut(struct span rest, struct policy_file *files, char names[][MAX_NAME])
{
    size_t n = 0;

    while (rest.len > 0 && n < MAX_FILES) {
        struct span line = span_cut(&rest, '\n');
        size_t end = 0;

        while (end < rest.len && !span_starts(span_from(rest, end), SPAN("=== "))) {
            end++;
        }
        (void)snprintf(names[n], MAX_NAME, "%.*s", (int)span_from(line, 4).len,
                       (const char *)span_from(line, 4).ptr);
        files[n] = (struct policy_file){names[n], span_sub(rest, 0, end)};
        rest = span_from(rest, end);
        n++;
    }
    return n;
}

static void check_program(const struct program *p)
{
    for (size_t i = 0; p != NULL && i < p->resource->field_count; i++) {
        const struct field *f = &p->resource->fields[i];
        bool kept = fieldset_has(&p->keep, f->number);

        assert(!kept || (f->kind != FIELD_OBJECT && f->grant[p->role].by != GRANT_NEVER));
        assert(kept == (p->rules[i].transform != TRANSFORM_OMIT));
    }
}

static void check_agreement(const struct policy *p, const struct agreement *a)
{
    const struct catalog *c = policy_catalog(p);

    for (size_t i = 0; i < catalog_resource_count(c) * ROLE_COUNT; i++) {
        const struct resource *r = catalog_resource(c, i / ROLE_COUNT);
        enum role role = (enum role)(i % ROLE_COUNT);

        check_program(policy_program(p, a, r, role, a->from));
        check_program(policy_program(p, a, r, role, a->ends));
        assert(policy_program(p, a, r, role, a->from - 1) == NULL);
        assert(policy_program(p, a, r, role, a->ends + 1) == NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct policy_file files[MAX_FILES];
    char names[MAX_FILES][MAX_NAME];
    size_t n = cut(span_of(data, size), files, names);
    struct policy *p = NULL;
    struct arena arena;
    struct diag_list diags;

    arena_init(&arena, MEMORY);
    diag_init(&diags, &arena);
    enum err e = policy_load(files, n, catalog(), &diags, &p);

    assert((e == OK) == (p != NULL) && (e == OK) == (diags.errors == 0));
    for (size_t i = 0; p != NULL && i < policy_agreement_count(p); i++) {
        check_agreement(p, policy_agreement(p, i));
    }
    policy_free(&p);
    arena_fini(&arena);
    return 0;
}
