/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shipped catalog for tests.
 */
#include "tests/support/catalog.h"

#include <stdio.h>
#include <stdlib.h>

enum { MAX_CATALOG = 1 << 20 };

static void die(const char *what, const struct diag *first)
{
    (void)fprintf(stderr, "policy/catalogs/oneroster-1.2.yaml: %s\n", what);
    for (const struct diag *d = first; d != NULL; d = d->next) {
        (void)fprintf(stderr, "%s:%u:%u: %s\n", d->file, d->line, d->column, d->text);
    }
    exit(1);
}

struct catalog *test_catalog(void)
{
    static uint8_t bytes[MAX_CATALOG];
    FILE *f = fopen("policy/catalogs/oneroster-1.2.yaml", "rb");
    size_t n = f == NULL ? 0 : fread(bytes, 1, sizeof(bytes), f);
    if (f == NULL || fclose(f) != 0) {
        die("cannot be read", NULL);
    }
    struct arena arena;
    struct diag_list diags;
    struct catalog *c = NULL;
    arena_init(&arena, MAX_CATALOG);
    diag_init(&diags, &arena);
    enum err e = catalog_load("oneroster-1.2.yaml", span_of(bytes, n), &diags, &c);
    if (e != OK || diags.first != NULL) {
        die(err_text(e), diags.first);
    }
    arena_fini(&arena);
    return c;
}
