/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table of keyed functions, found by agreement (binary search by address) and
 * then by field (few). Derived keys pass through here and are wiped.
 */
#include "redact/field_keys.h"

#include <stdlib.h>

#include "base/mem.h"

/* The functions of one agreement, in the order of its `keyed`. */
struct group {
    const struct agreement *agreement;
    struct prf **prfs;
};

struct field_keys {
    struct group *groups; /* ascending by address */
    size_t count;
    struct prf **prfs; /* of all groups */
    size_t prf_count;
};

const struct agreement *field_keys_need(const struct policy *p)
{
    for (size_t i = 0; i < policy_agreement_count(p); i++) {
        if (policy_agreement(p, i)->keyed_count > 0) {
            return policy_agreement(p, i);
        }
    }
    return NULL;
}

void field_keys_free(struct field_keys **f)
{
    if (*f == NULL) {
        return;
    }
    for (size_t i = 0; i < (*f)->prf_count; i++) {
        prf_free(&(*f)->prfs[i]);
    }
    mem_free((*f)->prfs);
    mem_free((*f)->groups);
    mem_free(*f);
    *f = NULL;
}

static enum err add_field(struct field_keys *f, const struct agreement *a,
                          const struct keyed_field *field, const struct keys *k)
{
    const struct key_name name = {
        .purpose = "field",
        .partner = a->partner,
        .agreement = a->ids_for_agreement ? a->id : SPAN(""),
        .what = field->what,
        .epoch = a->epoch,
    };
    uint8_t key[PRF_KEY_BYTES];
    enum err e = keys_derive(k, &name, key, sizeof(key));

    e = e != OK ? e : prf_new(key, &f->prfs[f->prf_count]);
    f->prf_count += e == OK ? 1 : 0;
    mem_wipe(key, sizeof(key));
    return e;
}

static enum err add_agreement(struct field_keys *f, const struct agreement *a, const struct keys *k)
{
    enum err e = OK;

    if (a->keyed_count == 0) {
        return OK;
    }
    f->groups[f->count++] = (struct group){a, &f->prfs[f->prf_count]};
    for (size_t i = 0; e == OK && i < a->keyed_count; i++) {
        e = k == NULL ? ERR_INPUT : add_field(f, a, &a->keyed[i], k);
    }
    return e;
}

static int by_address(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t)((const struct group *)a)->agreement;
    uintptr_t y = (uintptr_t)((const struct group *)b)->agreement;

    return x < y ? -1 : x > y;
}

enum err field_keys_from(const struct agreement *const *list, size_t n, const struct keys *k,
                         struct field_keys **out)
{
    struct field_keys *f = mem_alloc(sizeof(*f));
    size_t fields = 0;

    if (f == NULL) {
        return ERR_MEMORY;
    }
    for (size_t i = 0; i < n; i++) {
        fields += list[i]->keyed_count;
    }
    f->groups = mem_alloc_array(n, sizeof(*f->groups));
    f->prfs = mem_alloc_array(fields, sizeof(struct prf *));
    enum err e = f->groups == NULL || f->prfs == NULL ? ERR_MEMORY : OK;

    for (size_t i = 0; e == OK && i < n; i++) {
        e = add_agreement(f, list[i], k);
    }
    if (e != OK) {
        field_keys_free(&f);
        return e;
    }
    qsort(f->groups, f->count, sizeof(*f->groups), by_address);
    *out = f;
    return OK;
}

enum err field_keys_new(const struct policy *p, const struct keys *k, struct field_keys **out)
{
    size_t n = policy_agreement_count(p);
    const struct agreement **list = mem_alloc_array(n, sizeof(*list));

    if (list == NULL) {
        return ERR_MEMORY;
    }
    for (size_t i = 0; i < n; i++) {
        list[i] = policy_agreement(p, i);
    }
    enum err e = field_keys_from(list, n, k, out);

    mem_free(list);
    return e;
}

const struct prf *field_keys_find(const struct field_keys *f, const struct agreement *a,
                                  enum ref_type ref, struct span path)
{
    const struct group want = {.agreement = a};
    const struct group *g =
        f->count == 0 ? NULL : bsearch(&want, f->groups, f->count, sizeof(want), by_address);

    for (size_t i = 0; g != NULL && i < a->keyed_count; i++) {
        if (a->keyed[i].ref == ref && span_eq(a->keyed[i].path, path)) {
            return g->prfs[i];
        }
    }
    return NULL;
}
