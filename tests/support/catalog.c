/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shipped catalogs for tests.
 */
#include "tests/support/catalog.h"

#include <stdio.h>
#include <stdlib.h>

enum { MAX_CATALOG = 1 << 20 };

static void die(const char *path, const char *what, const struct diag *first)
{
    (void)fprintf(stderr, "%s: %s\n", path, what);
    for (const struct diag *d = first; d != NULL; d = d->next) {
        (void)fprintf(stderr, "%s:%u:%u: %s\n", d->file, d->line, d->column, d->text);
    }
    exit(1);
}

struct catalog *test_catalog_named(const char *name)
{
    static uint8_t bytes[MAX_CATALOG];
    char path[128];
    (void)snprintf(path, sizeof(path), "policy/catalogs/%s.yaml", name);
    FILE *f = fopen(path, "rb");
    size_t n = f == NULL ? 0 : fread(bytes, 1, sizeof(bytes), f);
    if (f == NULL || fclose(f) != 0) {
        die(path, "cannot be read", NULL);
    }
    struct arena arena;
    struct diag_list diags;
    struct catalog *c = NULL;
    arena_init(&arena, MAX_CATALOG);
    diag_init(&diags, &arena);
    enum err e = catalog_load(path, span_of(bytes, n), &diags, &c);
    if (e != OK || diags.first != NULL) {
        die(path, err_text(e), diags.first);
    }
    arena_fini(&arena);
    return c;
}

struct catalog *test_catalog(void)
{
    return test_catalog_named("oneroster-1.2");
}
