/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The digest of a policy: over all its files, in the order of their names.
 */
#include "policy/policy_priv.h"

#include <stdlib.h>

static int by_name(const void *a, const void *b)
{
    const struct policy_file *const *x = a;
    const struct policy_file *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

/* The length before each text, so that no two folders give the same bytes. */
static enum err add_text(struct digest *d, struct span text)
{
    uint8_t len[8];

    for (size_t i = 0; i < sizeof(len); i++) {
        len[i] = (uint8_t)((uint64_t)text.len >> (56 - 8 * i));
    }
    enum err e = digest_add(d, span_of(len, sizeof(len)));

    return e == OK ? digest_add(d, text) : e;
}

static enum err digest_files(const struct policy_file *const *sorted, size_t n, uint8_t *out)
{
    struct digest *d = NULL;
    enum err e = digest_new(&d);

    if (e == OK) {
        e = digest_begin(d);
    }
    for (size_t i = 0; e == OK && i < n; i++) {
        e = add_text(d, span_str(sorted[i]->name));
        if (e == OK) {
            e = add_text(d, sorted[i]->bytes);
        }
    }
    if (e == OK) {
        e = digest_end(d, out);
    }
    digest_free(&d);
    return e;
}

enum err policy_digest_files(struct policy *p, const struct policy_file *files, size_t n,
                             struct diag_list *diags)
{
    const struct policy_file **sorted = arena_array(&p->arena, n + 1, sizeof(*sorted));

    if (sorted == NULL) {
        return ERR_MEMORY;
    }
    for (size_t i = 0; i < n; i++) {
        sorted[i] = &files[i];
    }
    qsort(sorted, n, sizeof(*sorted), by_name);
    for (size_t i = 1; i < n; i++) {
        if (strcmp(sorted[i - 1]->name, sorted[i]->name) == 0) {
            diag_add(diags, DIAG_ERROR, sorted[i]->name, 0, 0, "the file is given twice");
        }
    }
    return digest_files(sorted, n, p->digest);
}
